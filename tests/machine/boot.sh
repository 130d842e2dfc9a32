#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# boot.sh: does scripts/machine/run keep its promises in the emulated
# machine? Many checks share a boot, and two machines run at a time.
# Called by the tests' runner, or by hand.

set -u

top=$(cd "$(dirname "$0")/../.." && pwd)
run=$top/scripts/machine/run
export MACHINE=emulated
T=$(mktemp -d "${TMPDIR:-/tmp}/hvbench-boot-test.XXXXXX")
trap 'rm -rf "$T"' EXIT
export TMPDIR=$T/tmp
mkdir "$TMPDIR"

passed=0 failed=0
check() { # NAME COMMAND...: the command must succeed
	local name=$1
	shift
	if "$@" >"$T/why" 2>&1; then
		echo "ok - $name"
		passed=$((passed + 1))
	else
		echo "not ok - $name"
		sed 's/^/#   /' "$T/why"
		failed=$((failed + 1))
	fi
}
is() { [ "$1" = "$2" ] || { echo "is:        $1"; echo "should be: $2"; return 1; }; }
has() { # FILE TEXT
	grep -qF -- "$2" "$1" && return
	echo "'$2' is not in $1, which ends:"
	tail -n 15 "$1"
	return 1
}
has_not() { ! has "$@" >/dev/null; }
value() { sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$1/machine.json"; }

# start NAME OPTION... -- COMMAND: in the background, results in $T/NAME.*
declare -A pid
start() {
	local name=$1
	shift
	(
		"$run" --timeout 900 --out "$T/$name" "$@" >"$T/$name.stdout" 2>"$T/$name.stderr"
		echo $? >"$T/$name.status"
	) &
	pid[$name]=$!
}
finish() { wait "${pid[$1]}"; }
status() { cat "$T/$1.status"; }

echo "# errors that need no machine"
"$run" --cpus 99 -- true 2>"$T/bad.stderr"
check "a bad option is an error (125)" is $? 125
check "and is explained" has "$T/bad.stderr" "--cpus must be a number"
"$run" --add /nonexistent -- true 2>"$T/add.stderr"
check "a missing file is an error (125)" is $? 125
mkdir "$T/path"
for tool in $(compgen -c | sort -u); do
	case $tool in
	bochs*) ;;
	*) t=$(type -P "$tool") && ln -sf "$t" "$T/path/$tool" ;;
	esac
done
PATH=$T/path "$run" -- true 2>"$T/missing.stderr"
check "a missing package is an error (125)" is $? 125
check "and is named, with the cure" has "$T/missing.stderr" "missing: bochs. scripts/install-deps"

echo "# one boot with everything, beside a second one"
mkdir -p "$T/guests/sub"
echo "in a file" >"$T/file"
echo "in a directory" >"$T/guests/sub/file"
cat >"$T/all.sh" <<'END'
echo first
cat /file /guests/sub/file /elsewhere/name
echo "to stderr" >&2
head -c 3000000 /dev/zero | tr '\0' x >/out/large
mkdir /out/dir; echo small >/out/dir/small
for i in 1 2 3; do echo "cpus $(grep -c ^processor /proc/cpuinfo)"
	case $i in
	1) echo 0 >/sys/devices/system/cpu/cpu1/online ;;
	2) echo 1 >/sys/devices/system/cpu/cpu1/online ;;
	esac
done
for ept in 1 0; do
	modprobe kvm_intel ept=$ept && ls /dev/kvm &&
	echo "ept=$(cat /sys/module/kvm_intel/parameters/ept)"
	rmmod kvm_intel kvm irqbypass
done
modprobe msr && echo "msr $(ls /dev/cpu)"
grep -qw rdrand /proc/cpuinfo || echo "no rdrand"
dmesg | tail -n 3
exit 7
END
start all --cpus 2 --add "$T/file" --add "$T/guests" \
	--add "$T/file:/elsewhere/name" --add "$T/all.sh" -- 'sh /all.sh'
probe='echo a; cat /proc/interrupts /proc/meminfo /proc/uptime; dd if=/dev/urandom bs=16 count=1 2>/dev/null | md5sum; ls -lR /lib >/out/list'
start same1 -- "$probe"
sleep 8
# shellcheck disable=SC2016 # awk's own
check "no TCP port 5900 to 5949 is listened on" \
	bash -c '! awk "NR > 1 && \$4 == \"0A\" {print \$2}" /proc/net/tcp /proc/net/tcp6 | grep -E ":17(0[C-F]|[1-3][0-9A-F])$"'
(
	while [ ! -s "$T/all.stdout" ] && [ ! -e "$T/all.status" ]; do sleep 0.2; done
	[ -e "$T/all.status" ] || touch "$T/streamed"
)
finish all
check "the exit status of the command comes back" is "$(status all)" 7
check "stdout comes back" has "$T/all.stdout" "first"
check "while the command runs" test -e "$T/streamed"
check "stderr comes back" has "$T/all.stderr" "to stderr"
check "and apart" has_not "$T/all.stdout" "to stderr"
check "--add FILE" has "$T/all.stdout" "in a file"
check "--add DIRECTORY" has "$T/all.stdout" "in a directory"
check "--add FILE:PATH" is "$(grep -c "in a file" "$T/all.stdout")" 2
check "a large file comes back from /out" is "$(tr -d x <"$T/all/large" | wc -c) $(wc -c <"$T/all/large")" "0 3000000"
check "a directory comes back from /out" has "$T/all/dir/small" small
check "CPUs go offline and come back" is "$(grep ^cpus "$T/all.stdout" | tr '\n' ' ')" "cpus 2 cpus 1 cpus 2 "
check "kvm_intel loads with and without EPT, /dev/kvm appears" \
	is "$(grep -E '^ept=|^/dev/kvm' "$T/all.stdout" | tr '\n' ' ')" "/dev/kvm ept=Y /dev/kvm ept=N "
check "msr loads" has "$T/all.stdout" "msr 0"
check "RDRAND is hidden" has "$T/all.stdout" "no rdrand"
check "kernel.log is there" has "$T/all/kernel.log" "Linux version 6.1."
check "machine.json knows the end" is "$(value "$T/all" ended) $(value "$T/all" status) $(value "$T/all" cpus)" "command 7 2"
finish same1
# Wall time says more of the host's load than of us. The slowest host seen
# does 30 million instructions a second on a core of its own.
boot=$(value "$T/same1" boot_seconds)
ticks=$(value "$T/same1" boot_ticks)
echo "# init took $boot s, beside whatever else ran"
check "init within 450 million instructions, 15 s on a slow host ($ticks)" \
	test "$ticks" -gt 0 -a "$ticks" -le 450000000

echo "# the same run again, beside the other kernel"
start same2 -- "$probe"
start k612 --kernel 6.12 --cpus 2 -- \
	'uname -r; modprobe kvm_intel && ls /dev/kvm; echo 0 >/sys/devices/system/cpu/cpu1/online; grep -c ^processor /proc/cpuinfo'
finish same2
finish k612
check "two runs print the same" cmp "$T/same1.stdout" "$T/same2.stdout"
check "leave the same files" cmp "$T/same1/list" "$T/same2/list"
check "the same kernel log" cmp "$T/same1/kernel.log" "$T/same2/kernel.log"
check "and end on the same instruction" is "$(value "$T/same1" ticks)" "$(value "$T/same2" ticks)"
check "kernel 6.12 runs, takes a CPU offline, loads kvm_intel" is \
	"$(status k612) $(sed 's/^\(6\.12\).*/\1/' "$T/k612.stdout" | tr '\n' ' ')" "0 6.12 /dev/kvm 1 "

echo "# a machine that dies, a kernel that complains"
start panic -- 'echo before; echo c >/proc/sysrq-trigger; echo after'
start complaint -- 'echo "WARNING: from the test" >/dev/kmsg; true'
begin=$(date +%s)
"$run" --timeout 3 -- true 2>"$T/timeout.stderr"
check "a hang is an error (124)" is $? 124
check "in time" test $(($(date +%s) - begin)) -le 10
check "that says how far it came" has "$T/timeout.stderr" "had not reached init"
"$run" -- true 2>/dev/null &
victim=$!
sleep 3
kill -TERM $victim
wait $victim
check "SIGTERM ends a run (143)" is $? 143
finish panic
finish complaint
check "a panic is an error (126)" is "$(status panic)" 126
check "what came before it is shown" has "$T/panic.stdout" before
check "nothing comes after" has_not "$T/panic.stdout" after
check "its log is shown" has "$T/panic.stderr" "sysrq_handle_crash"
check "and kept" has "$T/panic/kernel.log" "Kernel panic"
check "a kernel warning fails a command that ended with 0" is "$(status complaint)" 126
check "and is shown" has "$T/complaint.stderr" "the kernel complained: "

check "no files are left behind" is "$(ls "$TMPDIR")" ""
check "no process is left behind" is "$(pgrep -f "$TMPDIR" | tr '\n' ' ')" ""

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
