/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done at VM entry and exit against speculation across them, see
 * mitigations.c; entry.S reads this too.
 */
#ifndef HV_VMX_MITIGATIONS_H
#define HV_VMX_MITIGATIONS_H

/* How vmx_enter_guest() enters: what struct hv_vcpu.entry holds. */
#define VMX_ENTRY_LAUNCH 0
#define VMX_ENTRY_PLAIN 1 /* VMRESUME, nothing else */
#define VMX_ENTRY_GUARDED 2 /* VMRESUME after vmx_before_entry() and VERW */

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct hv_vcpu;

/* Reads what this host wants; allocates. 0 or -ENOMEM. */
int vmx_mitigations_init(void);
void vmx_mitigations_exit(void);
/* HVBENCH_MITIGATION_* bits: what mitigations=host means here. */
u32 vmx_mitigations(void);

/* By the vCPU's knob and MMU; once, at its creation. */
void vmx_mitigations_choose(struct hv_vcpu *vcpu);

/*
 * The vCPU takes this CPU, on which another VMCS may have been the current one.
 * Interrupts off.
 */
void vmx_mitigations_switch_in(struct hv_vcpu *vcpu, bool other_vmcs);

/* The vCPU gives the CPU back: the tool runs next. Interrupts off. */
void vmx_mitigations_switch_out(struct hv_vcpu *vcpu);

/* For entry.S alone. */
void vmx_before_entry(u64 *gpr);
void vmx_restore_ibrs(const u64 *gpr);

#endif
#endif
