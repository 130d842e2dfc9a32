/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The basic VM-exit reasons of VMX (SDM 3D, appendix C, table C-1), named as
 * Linux spells them in arch/x86/include/uapi/asm/vmx.h without EXIT_REASON_.
 * Whoever needs the numbers, the names or one line of meaning expands this.
 */
#ifndef HVBENCH_UAPI_EXITS_H
#define HVBENCH_UAPI_EXITS_H

/* X(number, NAME, "what it is") */
#define HVBENCH_EXIT_REASONS(X) \
	X(0, EXCEPTION_NMI, "an exception that the exception bitmap selects, or an NMI") \
	X(1, EXTERNAL_INTERRUPT, "an interrupt for the host arrived") \
	X(2, TRIPLE_FAULT, "the guest failed to deliver a double fault") \
	X(3, INIT_SIGNAL, "an INIT signal arrived") \
	X(4, SIPI_SIGNAL, "a start-up IPI arrived") \
	X(5, IO_SMI, "an SMI right after an I/O instruction") \
	X(6, OTHER_SMI, "an SMI after another instruction") \
	X(7, INTERRUPT_WINDOW, "the guest can take an interrupt now") \
	X(8, NMI_WINDOW, "the guest can take an NMI now") \
	X(9, TASK_SWITCH, "the guest attempted a task switch") \
	X(10, CPUID, "CPUID") \
	X(11, GETSEC, "GETSEC") \
	X(12, HLT, "HLT") \
	X(13, INVD, "INVD") \
	X(14, INVLPG, "INVLPG") \
	X(15, RDPMC, "RDPMC") \
	X(16, RDTSC, "RDTSC") \
	X(17, RSM, "RSM in SMM") \
	X(18, VMCALL, "VMCALL") \
	X(19, VMCLEAR, "VMCLEAR") \
	X(20, VMLAUNCH, "VMLAUNCH") \
	X(21, VMPTRLD, "VMPTRLD") \
	X(22, VMPTRST, "VMPTRST") \
	X(23, VMREAD, "VMREAD") \
	X(24, VMRESUME, "VMRESUME") \
	X(25, VMWRITE, "VMWRITE") \
	X(26, VMOFF, "VMXOFF") \
	X(27, VMON, "VMXON") \
	X(28, CR_ACCESS, "MOV to or from a control register, CLTS or LMSW") \
	X(29, DR_ACCESS, "MOV to or from a debug register") \
	X(30, IO_INSTRUCTION, "IN, OUT, INS or OUTS") \
	X(31, MSR_READ, "RDMSR") \
	X(32, MSR_WRITE, "WRMSR") \
	X(33, INVALID_STATE, "VM entry failed: invalid guest state") \
	X(34, MSR_LOAD_FAIL, "VM entry failed: MSR loading") \
	X(36, MWAIT_INSTRUCTION, "MWAIT") \
	X(37, MONITOR_TRAP_FLAG, "the monitor trap flag") \
	X(39, MONITOR_INSTRUCTION, "MONITOR") \
	X(40, PAUSE_INSTRUCTION, "PAUSE") \
	X(41, MCE_DURING_VMENTRY, "VM entry failed: machine check") \
	X(43, TPR_BELOW_THRESHOLD, "the virtual TPR fell below its threshold") \
	X(44, APIC_ACCESS, "an access to the APIC page") \
	X(45, EOI_INDUCED, "a virtualised EOI") \
	X(46, GDTR_IDTR, "LGDT, LIDT, SGDT or SIDT") \
	X(47, LDTR_TR, "LLDT, LTR, SLDT or STR") \
	X(48, EPT_VIOLATION, "an access that the EPT does not allow") \
	X(49, EPT_MISCONFIG, "an access met a malformed EPT entry") \
	X(50, INVEPT, "INVEPT") \
	X(51, RDTSCP, "RDTSCP") \
	X(52, PREEMPTION_TIMER, "the VMX-preemption timer reached zero") \
	X(53, INVVPID, "INVVPID") \
	X(54, WBINVD, "WBINVD") \
	X(55, XSETBV, "XSETBV") \
	X(56, APIC_WRITE, "a write to the virtual APIC page") \
	X(57, RDRAND, "RDRAND") \
	X(58, INVPCID, "INVPCID") \
	X(59, VMFUNC, "VMFUNC") \
	X(60, ENCLS, "ENCLS") \
	X(61, RDSEED, "RDSEED") \
	X(62, PML_FULL, "the page-modification log is full") \
	X(63, XSAVES, "XSAVES") \
	X(64, XRSTORS, "XRSTORS") \
	X(67, UMWAIT, "UMWAIT") \
	X(68, TPAUSE, "TPAUSE") \
	X(74, BUS_LOCK, "the guest locked the bus") \
	X(75, NOTIFY, "the guest opened no interrupt window for too long")

/* Room for every basic exit reason that a CPU of today can report. */
#define HVBENCH_NR_EXIT_REASONS 80

#endif
