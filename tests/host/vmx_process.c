// SPDX-License-Identifier: GPL-2.0
/* The VMX instructions and the kernel's state in a process: insn_process.h, kernel_process.h. */
#include "shim.h"
#include "vmx/capability.h"
#include "vmx/insn.h"

struct kernel_process kernel;
struct vmx_process vmx_process;
struct vmx_capability vmx_capability = { .vpid = true, .ept = true, .invvpid_addr = true };

u64 vmread(unsigned long field)
{
	assert(field < VMCS_FIELDS);
	return vmx_process.field[field];
}

void vmwrite(unsigned long field, u64 value)
{
	assert(field < VMCS_FIELDS);
	vmx_process.field[field] = value;
}

int invept(enum invept_type type, u64 eptp)
{
	return vmx_process.invept(vmx_process.context, type, eptp);
}

int invvpid(enum invvpid_type type, u16 vpid, u64 gva)
{
	return vmx_process.invvpid(vmx_process.context, type, vpid, gva);
}
