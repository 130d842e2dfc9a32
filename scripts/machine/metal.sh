# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154,SC2086 # $sudo is words, or none
#
# metal.sh: the second half of scripts/machine/run when the machine is this
# one. It finds $command, $timeout, $out, $root and $tmp set and the
# functions of run defined.
#
# The command sees the paths that it would see in the emulated machine: /out,
# and what --add brought. They exist in a mount namespace only, whose root is
# a tmpfs with every directory of the real one bound into it, and vanish with
# the last process in it. Kernel, devices, network and processes are the
# real ones.

[ -z "$image" ] || die "--image is for the emulated machine"
for tool in unshare mount chroot mkfifo dmesg; do
	PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null ||
		die "no $tool here (util-linux, coreutils)"
done

sudo=''
if [ "$(id -u)" -ne 0 ]; then
	sudo='sudo -n'
	sudo -n true 2>/dev/null ||
		die "the metal needs root: run as root, or with sudo that asks no password"
fi

build=$top/build/machine
make -s -f "$here/Makefile" B="$build" "$build/supervise" >&2 || die "supervise does not build"
mkdir "$tmp/newroot" "$tmp/out"
printf '%s' "$command" > "$tmp/command"
cat > "$tmp/inside" <<'END'
set -eu
tmp=$1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TERM=dumb
new=$tmp/newroot
mount -t tmpfs -o mode=755 hvbench "$new"
for entry in /* /.[!.]*; do
	if [ -L "$entry" ]; then
		cp -P "$entry" "$new$entry"
	elif [ "$entry" = /out ]; then
		:
	elif [ -d "$entry" ]; then
		mkdir "$new$entry"
		mount --rbind "$entry" "$new$entry"
	fi
done
mkdir "$new/out"
mount --bind "$tmp/out" "$new/out"
# What is new comes as a copy; what exists here is covered for the command.
cd "$tmp/root"
find . -type d ! -name . | sort | while read -r dir; do
	[ -d "$new/$dir" ] || mkdir "$new/$dir" 2>/dev/null || exit 3
done
find . -type f | while read -r file; do
	target=$new/${file#./}
	case ${file#./} in
	*/*)
		top=${file#./}
		top=/${top%%/*}
		if [ -e "$top" ]; then
			[ -e "$target" ] || exit 3
			mount --bind "$file" "$target"
			continue
		fi ;;
	*)	[ ! -e "/${file#./}" ] || exit 3 ;;
	esac
	cp "$file" "$target"
done || {
	echo "machine: --add: on the metal a file must go into a new top-level" >&2
	echo "machine: directory or replace a file; the real ones are left alone" >&2
	exit 125
}
exec chroot "$new" /bin/sh -c "$(cat "$tmp/command")" < /dev/null
END

kernel_log() { $sudo dmesg 2>/dev/null; }
kernel_log > "$tmp/dmesg.before" || :
taint_before=$(cat /proc/sys/kernel/tainted)
started=$(date +%s)

# Behind sudo a process gets no signal of ours, and sudo does not end because we do.
# What ends with us in any case is this descriptor.
mkfifo "$tmp/alive"
exec 9<> "$tmp/alive"
run_child $sudo "$build/supervise" --timeout "$timeout" --watch "$tmp/alive" \
	unshare --mount --propagation private /bin/sh "$tmp/inside" "$tmp" 9>&-

ended='command'
kernel_log > "$tmp/dmesg.after" || :
# The ring may have turned over meanwhile: then all of it is new.
last=$(tail -n 1 "$tmp/dmesg.before")
LC_ALL=C awk -v last="$last" '
	{ line[NR] = $0; if ($0 == last) from = NR }
	END { for (i = (last == "" ? 0 : from) + 1; i <= NR; i++) print line[i] }
' "$tmp/dmesg.after" > "$tmp/kernel.log"

complaint=$(grep -m 1 -E 'WARNING: |BUG: |kernel BUG at|Oops|Call Trace:|general protection fault|detected stall|soft lockup|UBSAN: |KASAN: |unchecked MSR access' \
	"$tmp/kernel.log" || :)
# Our module may taint the kernel as out-of-tree (4096) and unsigned (8192).
taint=$(($(cat /proc/sys/kernel/tainted) & ~taint_before & ~(4096 | 8192)))
if [ "$status" -eq 124 ]; then
	ended=timeout
	say "no end after $timeout seconds"
elif [ -n "$complaint" ] || [ "$taint" -ne 0 ]; then
	ended=complaint
	[ -z "$complaint" ] || say "the kernel complained: $complaint"
	[ "$taint" -eq 0 ] || say "the command tainted the kernel: $taint (see tainted-kernels.rst)"
	[ "$status" -ne 0 ] || status=126
fi
if [ $ended != command ]; then
	say "the end of the kernel log:"
	tail -n 60 "$tmp/kernel.log" | sed 's/^/  /' >&2
fi

if [ -n "$out" ]; then
	[ -z "$sudo" ] || $sudo chown -R "$(id -u):$(id -g)" "$tmp/out"
	cp -R "$tmp/out/." "$out/"
	cp "$tmp/kernel.log" "$out/kernel.log"
	cat > "$out/machine.json" <<-END
	{
	  "machine": "$("$here/detect" --kind)",
	  "ended": "$ended",
	  "status": $status,
	  "seconds": $(($(date +%s) - started)),
	  "kernel": "$(uname -r)",
	  "cpu_model": "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)",
	  "cpus": $(nproc),
	  "memory_mb": $(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
	}
	END
fi
[ -z "$sudo" ] || $sudo rm -rf "$tmp/out" "$tmp/newroot"
exit "$status"
