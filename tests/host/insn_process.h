/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX instructions in a process, for hv/vmx/insn.h: VMREAD and VMWRITE of an array,
 * INVEPT and INVVPID as the test wants them, refusal included. See vmx_process.c.
 */
#ifndef HV_INSN_PROCESS_H
#define HV_INSN_PROCESS_H

u64 vmread(unsigned long field);
void vmwrite(unsigned long field, u64 value);
int invept(enum invept_type type, u64 eptp);
int invvpid(enum invvpid_type type, u16 vpid, u64 gva);

/* Who executes them; 0, or -EIO as the CPU's VMfail. */
struct vmx_process {
	int (*invept)(void *context, enum invept_type type, u64 eptp);
	int (*invvpid)(void *context, enum invvpid_type type, u16 vpid, u64 gva);
	void *context;
	u64 field[VMCS_FIELDS];
};

extern struct vmx_process vmx_process;

#endif
