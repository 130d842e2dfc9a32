# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
#
# child.sh: read by scripts that start a machine and must act on a signal at once.
# A shell runs its trap while it waits, but not while a command runs in front.
child=''

# run_child COMMAND...: its exit status in $status.
run_child() {
	"$@" &
	child=$!
	status=0
	wait "$child" || status=$?
	child=''
}

# For a trap: the child is told to end, and has ended.
stop_child() {
	trap '' HUP INT QUIT TERM
	if [ -n "$child" ]; then
		kill -TERM "$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
	fi
}
