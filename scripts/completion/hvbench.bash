# bash completion for hvbench                              -*- shell-script -*-
# SPDX-License-Identifier: GPL-2.0
#
# Nothing is listed here: options and their choices are read from each --help,
# workloads, parameters, suites and CPUs from `hvbench list`, so that nothing drifts.

# The words of a section of `hvbench list` or `hvbench help`.
_hvbench_section() { # COMMAND-LINE SECTION
	$1 2>/dev/null | awk -v section="$2:" '
		$0 == section { on = 1; next }
		/^$/ { on = 0 }
		on && /^  [^ ]/ { print $1 }'
}

# The parameters of a workload, as name=
_hvbench_parameters() { # PROGRAM WORKLOAD
	"$1" list 2>/dev/null | awk -v workload="$2" '
		/^$/ { exit }
		/^  [^ ]/ { on = $1 == workload }
		on && /^      [^ ]+=/ { sub(/=.*/, "="); print $1 }'
}

# What --help says of an option: a|b|c, DIR, NAME=VALUE; nothing where it takes no value.
_hvbench_value() { # PROGRAM COMMAND OPTION
	"$1" "$2" --help 2>/dev/null | awk -v option="$3" '
		/^  -/ {
			i = $1 == option "," || $1 == option ? 1 : $2 == option ? 2 : 0
			if (i == 1 && $1 ~ /,$/) i = 2
			if (i && $(i + 1) ~ /\||^[A-Z][A-Z_]*(=[A-Z]+)?$/) { print $(i + 1); exit }
		}'
}

_hvbench_options() { # PROGRAM COMMAND
	"$1" "$2" --help 2>/dev/null | sed -nE 's/^  (-[^ ,]+)(, (--[^ ]+))?( .*)?$/\1 \3/p'
}

# The workload on the line: the first word that the program lists as one.
_hvbench_workload() { # PROGRAM
	local word workloads
	workloads=" $(_hvbench_section "$1 list" Workloads | tr '\n' ' ')"
	for word in "${COMP_WORDS[@]:2}"; do
		case $workloads in
		*" $word "*)
			echo "$word"
			return
			;;
		esac
	done
}

_hvbench_reply() { # WORDS CURRENT
	local IFS=$' \t\n'
	# shellcheck disable=SC2207 # words without blanks
	COMPREPLY=($(compgen -W "$1" -- "$2"))
}

_hvbench_files() { # COMPGEN-OPTION CURRENT
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

# The last of a list of CPUs: one of those that there are, or a file.
_hvbench_cpus() { # PROGRAM CURRENT
	local before=''
	case $2 in
	*,*) before=${2%,*}, ;;
	esac
	_hvbench_files -f "${2##*,}"
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
		compgen -W "$(_hvbench_section "$1 list" CPUs)" -- "${2##*,}")
	COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

# The value of an option. False where it takes none.
_hvbench_complete_value() { # PROGRAM COMMAND OPTION CURRENT
	local value
	value=$(_hvbench_value "$1" "$2" "$3")
	case $value in
	'') return 1 ;;
	*'|'*) _hvbench_reply "${value//|/ }" "$4" ;;
	NAME=VALUE)
		compopt -o nospace 2>/dev/null
		_hvbench_reply "$(_hvbench_parameters "$1" "$(_hvbench_workload "$1")")" "$4"
		;;
	DIR) _hvbench_files -d "$4" ;;
	FILE) _hvbench_files -f "$4" ;;
	CPUS) _hvbench_cpus "$1" "$4" ;;
	esac
}

_hvbench_complete_word() { # PROGRAM COMMAND CURRENT
	case $2 in
	help) _hvbench_reply "$(_hvbench_section "$1 help" Commands)" "$3" ;;
	run) _hvbench_reply "$(_hvbench_section "$1 list" Workloads)" "$3" ;;
	suite)
		_hvbench_files -f "$3"
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(
			compgen -W "$(_hvbench_section "$1 list" Suites)" -- "$3")
		;;
	report|compare) _hvbench_files -d "$3" ;;
	esac
}

_hvbench() {
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_hvbench_reply "$(_hvbench_section "$program help" Commands) help --help --version" \
			"$current"
		return
	fi
	# Readline cuts words at =: --option=value comes as three, as does name=value,
	# where nothing can be offered.
	if [ "$current" = = ]; then
		_hvbench_complete_value "$program" "$command" "$previous" ''
		return
	elif [ "$previous" = = ]; then
		_hvbench_complete_value "$program" "$command" "${COMP_WORDS[COMP_CWORD - 2]}" "$current"
		return
	fi
	case $previous in
	-*) ! _hvbench_complete_value "$program" "$command" "$previous" "$current" || return ;;
	esac
	case $current in
	-*) _hvbench_reply "$(_hvbench_options "$program" "$command")" "$current" ;;
	*) _hvbench_complete_word "$program" "$command" "$current" ;;
	esac
}

complete -F _hvbench hvbench
