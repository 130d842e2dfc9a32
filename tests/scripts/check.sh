# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
#
# check.sh: read by tests/scripts/run and by the files that it runs: one line a check,
# a scratch folder, and what several of them look for.
passed=0
failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/hvbench-scripts-test.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 143' HUP INT QUIT TERM

check() { # WHAT COMMAND...
	what=$1
	shift
	if output=$("$@" 2>&1); then
		passed=$((passed + 1))
		echo "ok - $what"
	else
		failed=$((failed + 1))
		echo "not ok - $what"
		echo "$output" | sed 's/^/#   /' | head -n 30
	fi
}

# The last line, and the exit status.
summary() {
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

is() { # FOUND WANTED
	[ "$1" = "$2" ] || {
		echo "is '$1', should be '$2'"
		return 1
	}
}

has() { # FILE TEXT
	grep -qF -- "$2" "$1" || {
		echo "'$2' is not in:"
		tail -n 20 "$1"
		return 1
	}
}

# within SECONDS COMMAND...: it succeeds by then.
within() {
	deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $deadline ] || return 1
		sleep 0.1
	done
}

# Background children of a shell ignore SIGINT and SIGQUIT; a test under nohup SIGHUP.
# Words and no function, so that $! is the program and not a shell around it.
with_signals='env --default-signal=HUP,INT,QUIT'

# A command that is hard to end: a child, a session of its own and an orphan that ignore
# every signal. Their process ids go to PIDS as they start; "cleaned" says that the
# command itself was asked to end.
make_stubborn() { # FILE PIDS
	cat > "$1" <<-END
	#!/bin/sh
	stubborn='echo \$\$ >> $2; trap "" HUP INT QUIT TERM; while :; do sleep 0.2; done'
	trap 'touch $2.cleaned; exit 1' TERM
	echo \$\$ >> $2
	sleep 1000 &
	echo \$! >> $2
	setsid sh -c "\$stubborn" &
	(setsid sh -c "\$stubborn" &)
	echo "ok - something"
	echo "last words"
	wait
	wait
	END
	chmod 755 "$1"
}

stubborn_runs() { # PIDS
	[ -e "$1" ] && [ "$(wc -l < "$1")" -eq 4 ]
}

# All of PIDS have ended.
none_of() { # PIDS
	while read -r pid; do
		! kill -s 0 "$pid" 2>/dev/null || {
			ps -f -p "$pid" 2>/dev/null || echo "process $pid still runs"
			return 1
		}
	done < "$1"
}
