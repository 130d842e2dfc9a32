# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154
#
# emulated.sh: the second half of scripts/machine/run when the machine is
# emulated. It finds $command, $cpus, $memory, $mhz, $timeout, $kernel,
# $append, $out, $image, $root and $tmp set and the functions of run defined.

#
# What must be there. install-deps knows how to get it.
#
missing=''
need() { # PROGRAM-OR-FILE PACKAGE
	case $1 in
	/*)	[ -e "$1" ] ;;
	*)	command -v "$1" >/dev/null ;;
	esac || missing="$missing $2"
}
need make make
need gcc gcc
need ld binutils
need bochs-bin bochs
need /usr/share/bochs/BIOS-bochs-latest bochsbios
need /usr/share/bochs/VGABIOS-lgpl-latest bochs
need tar tar
# Debian's busybox-static; a dynamic busybox finds no library in the machine.
busybox=''
for candidate in /bin/busybox /usr/bin/busybox; do
	[ -x $candidate ] && busybox=$candidate && break
done
if [ -z "$busybox" ] || readelf -lW "$busybox" 2>/dev/null | grep -q INTERP; then
	missing="$missing busybox-static"
fi
[ -z "$missing" ] ||
	die "missing:$missing. scripts/install-deps installs what is needed"

build=$top/build/machine
make -s -f "$here/Makefile" B="$build" >&2 || die "the machine's programs do not build"

fetched=$("$here/fetch-kernel" "$kernel") || die "no kernel $kernel"
release=${fetched%%"$newline"*}
kernel_dir=${fetched#*"$newline"}

#
# The disk image: kernel, command line, and an initramfs of what --add
# brought, busybox, our init and the kernel's modules.
#
mkdir -p "$root/bin" "$root/dev"
cp "$busybox" "$root/bin/busybox"
ln -sf busybox "$root/bin/sh"
cp "$build/init" "$root/init"
cp -R "$kernel_dir/lib" "$root/"
printf '%s' "$command" > "$root/command"

# One instruction is one tick of the emulated clock; "mhz" is how many of them
# Bochs' devices and, by tsc_early_khz, the kernel take for a microsecond. The
# faster, the fewer timer interrupts among the instructions that are counted (250
# in a second of the machine), and the more instructions to wait for. With one
# processor Bochs skips waiting; with several it plays it all through.
if [ -z "$mhz" ]; then
	mhz=1000
	[ "$cpus" -eq 1 ] || mhz=100
fi

# The kernel's command line.
# earlycon, keep_bootcon, console
#	The kernel log goes to port 0xE9 as if it were a serial port: Bochs
#	prints the bytes, all other registers read as "ready". There is no
#	ttyS1; without a real console nothing is formatted twice.
# clearcpuid
#	Bochs seeds RDRAND from the host's clock, but the same command must
#	take the same instructions. Its XSAVEC tells a wrong size.
#	ERMS has the kernel clear pages with REP STOSB, whose every byte Bochs
#	counts as an instruction; REP STOSQ is an eighth of that.
# tsc, lpj, cryptomgr.notests, mitigations, rodata, initcall_blacklist
#	Calibration loops, self tests, patching against leaks that Bochs does not
#	have, a walk of all page tables for pages both writable and executable
#	(a fifth of the boot), enum names for traces, BTF, certificates for
#	modules: together they are more than half of the instructions to init.
# hvbench.machine
#	Tells the tool that a TSC delta is a count of instructions here.
# idle=halt
#	Bochs misses the write that should wake a CPU from MWAIT; the CPU then
#	sleeps until its next timer, for seconds. HLT is woken by an interrupt.
# oops=panic
#	An oops ends the machine at once instead of leaving it half dead.
skip=trace_eval_init,ftrace_check_for_weak_functions
skip=$skip,load_system_certificate_list,bpf_rstat_kfunc_init,bpf_key_sig_kfuncs_init,kfunc_init
skip=$skip,jent_mod_init,bpf_dummy_struct_ops_init,bpf_prog_test_run_init,bpf_tcp_ca_kfunc_init,cubictcp_register
cmdline="earlycon=uart8250,io,0xe9 keep_bootcon console=ttyS1 \
clearcpuid=rdrand,rdseed,xsavec,xsaves,erms nokaslr tsc=reliable tsc_early_khz=${mhz}000 lpj=10000 idle=halt \
cryptomgr.notests mitigations=off rodata=off \
initcall_blacklist=$skip \
oops=panic hvbench.machine=emulated${append:+ $append}"

disk=$tmp/disk.img
initramfs=$("$build/mkimage" "$kernel_dir/vmlinux" "$kernel_dir/bzImage" \
	"$root" "$memory" "$cmdline" "$disk") || die "cannot make the disk image"
if [ -n "$image" ]; then
	cp --sparse=always "$disk" "$image"
	exit 0
fi

#
# Bochs. Debian's is built with its debugger: "c" (continue) gets it going.
#
cpu=${HVBENCH_CPU_MODEL:-corei7_skylake_x}
echo c > "$tmp/debugger"
# Bochs' model leaves these out, so that Linux would see no fast string
# operations and, by an erratum of old microcode, not use the TSC deadline
# timer. Without that, timer interrupts come every 100,000 instructions.
# address type, reset value, reserved bits, ignored bits: high and low half
cat > "$tmp/msrs" <<END
0x08b 0 ffffffff 00000000 00000000 00000000 ffffffff ffffffff
0x1a0 0 00000000 00000001 00000000 00000000 00000000 00000000
END
cat > "$tmp/bochsrc" <<END
display_library: rfb, options="timeout=0"
plugin_ctrl: unmapped=1, biosdev=0, speaker=0, extfpuirq=0, parallel=0, serial=0, gameport=0
cpu: model=$cpu, count=$cpus, ips=${mhz}000000, reset_on_triple_fault=0, ignore_bad_msrs=1, msrs="$tmp/msrs"
memory: guest=$memory, host=$((memory > 2047 ? 2047 : memory))
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
optromimage1: file=$build/rom.bin, address=0xd0000
vga: extension=none, realtime=0
ata0: enabled=1
ata0-master: type=disk, path=$disk, mode=flat, cylinders=8322, heads=16, spt=63
port_e9_hack: enabled=1
clock: sync=none, time0=1700000000
log: $tmp/bochs.log
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
END

run_child env LD_PRELOAD="$build/no-network.so $build/probe.so" \
	"$build/monitor" "$tmp" "$timeout" -- \
	bochs-bin -q -f "$tmp/bochsrc" -rc "$tmp/debugger"

if [ -s "$tmp/bochs.log" ] && [ "$status" -ge 125 ] && [ "$status" -le 126 ]; then
	say "Bochs' own log ends:"
	tail -n 5 "$tmp/bochs.log" | sed 's/^/  /' >&2
fi

ended() { sed -n "s/^$1 //p" "$tmp/ended"; }
if [ -n "$out" ]; then
	cp "$tmp/kernel.log" "$out/kernel.log"
	if [ -s "$tmp/out.tar" ] && [ -n "$(ended ticks)" ]; then
		tar -xf "$tmp/out.tar" -C "$out" --no-same-owner -m ||
			die "cannot unpack /out into '$out'"
	fi
	cat > "$out/machine.json" <<-END
	{
	  "machine": "emulated",
	  "ended": "$(ended ended)",
	  "status": $(ended status),
	  "boot_seconds": $(ended boot_seconds | grep . || echo null),
	  "boot_ticks": $(ended boot_ticks | grep . || echo null),
	  "seconds": $(ended seconds),
	  "complaints": $(ended complaints),
	  "ticks": $(ended ticks | grep . || echo null),
	  "kernel": "$release",
	  "emulator": "Bochs $(dpkg-query -W -f '${Version}' bochs 2>/dev/null || echo unknown)",
	  "cpu_model": "$cpu",
	  "mhz": $mhz,
	  "cpus": $cpus,
	  "memory_mb": $memory,
	  "initramfs_bytes": $initramfs
	}
	END
fi
exit "$status"
