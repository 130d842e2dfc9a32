// SPDX-License-Identifier: GPL-2.0
/*
 * INVPCID of the guest (SDM 2A, INVPCID): an exit of its own where the backend
 * traps INVLPG, and an #UD where the CPU must not execute it, because its PCIDs
 * are the backend's and not the guest's. Called by the exit handlers.
 */
#include <asm/trapnr.h>
#include <asm/vmx.h>

#include "capability.h"
#include "insn.h"
#include "vmx.h"

/* VM-exit instruction information for INVPCID: SDM 3C, table 28-13. */
#define INFO_SCALE(info) ((info)&3)
#define INFO_ADDRESS_32(info) (((info) >> 7 & 7) == 1)
#define INFO_SEGMENT(info) ((info) >> 15 & 7)
#define INFO_INDEX(info) ((info) >> 18 & 15)
#define INFO_NO_INDEX BIT(22)
#define INFO_BASE(info) ((info) >> 23 & 15)
#define INFO_NO_BASE BIT(27)
#define INFO_TYPE_REGISTER(info) ((info) >> 28 & 15)

#define SEGMENT_FS 4 /* and GS after it: those with a base in 64-bit mode */
#define NR_SEGMENTS 6

struct descriptor {
	u64 pcid, gva;
};

#define PCID_MASK 0xfffull

struct operands {
	u64 type, address;
	u32 length; /* of the instruction */
};

/* #GP for operands that the manual forbids; false: they are fine. */
static bool is_invalid(const struct hv_mmu *mmu, u64 type, const struct descriptor *what)
{
	if (what->pcid & ~PCID_MASK)
		return true;
	if (type == HV_INVPCID_ADDR && !hv_is_canonical(mmu, what->gva))
		return true;
	return type <= HV_INVPCID_SINGLE && what->pcid && !(mmu->paging.cr4 & HV_CR4_PCIDE);
}

/* The descriptor's two halves, either of which may be absent or cross a page. */
static bool read_descriptor(struct hv_guest_reader *reader, u64 gva, struct descriptor *what)
{
	u32 left = min_t(u64, sizeof(*what), HV_PAGE_BYTES - (gva & (HV_PAGE_BYTES - 1)));

	return hv_guest_read(reader, gva, what, left, false) &&
	       (left == sizeof(*what) ||
		hv_guest_read(reader, gva + left, (u8 *)what + left, sizeof(*what) - left, false));
}

/* The guest takes the fault, or finds the page when it comes again. */
static enum hv_next take_fault(struct hv_vcpu *vcpu, const struct hv_guest_reader *reader)
{
	struct hv_fault fault = {
		.space = HV_FAULT_GVA,
		.gva = reader->missing,
		.access = reader->missed_access,
		.error_code = reader->missed_access & HV_PF_ACCESS,
	};

	if (!hv_is_canonical(&vcpu->mmu, fault.gva))
		return vmx_inject_exception(vcpu, X86_TRAP_GP, 0);
	return hv_event_fault(vcpu, &fault);
}

/* At CPL 0: above it the CPU raises #GP by itself. */
static enum hv_next execute(struct hv_vcpu *vcpu, const struct operands *operands)
{
	struct hv_guest_reader reader = { .mmu = &vcpu->mmu };
	struct descriptor what;
	bool done = false;
	enum hv_next next;

	if (operands->type > HV_INVPCID_NON_GLOBAL)
		return vmx_inject_exception(vcpu, X86_TRAP_GP, 0);
	if (vmread(GUEST_RFLAGS) & HV_RFLAGS_AC)
		reader.access = HV_ACCESS_AC;
	if (!read_descriptor(&reader, operands->address, &what))
		return take_fault(vcpu, &reader);
	if (is_invalid(&vcpu->mmu, operands->type, &what))
		return vmx_inject_exception(vcpu, X86_TRAP_GP, 0);
	next = hv_event_invpcid(vcpu, operands->type, what.pcid, what.gva, &done);
	if (done)
		vmx_skip_bytes(vcpu, operands->length);
	return next;
}

static u64 segment_base(u32 segment)
{
	if (segment >= NR_SEGMENTS || (segment < SEGMENT_FS && vmx_in_64bit_mode()))
		return 0;
	/* The fields of the segments lie two apart. */
	return vmread(GUEST_ES_BASE + 2 * segment);
}

enum hv_next vmx_exit_invpcid(struct hv_vcpu *vcpu)
{
	u32 info = vmread(VMX_INSTRUCTION_INFO);
	struct operands operands = {
		.type = vmx_read_gpr(vcpu, INFO_TYPE_REGISTER(info)),
		/* The displacement, with RIP where it is relative to that (28.2.1). */
		.address = vmread(EXIT_QUALIFICATION),
		.length = vmread(VM_EXIT_INSTRUCTION_LEN),
	};

	if (!(info & INFO_NO_BASE))
		operands.address += vmx_read_gpr(vcpu, INFO_BASE(info));
	if (!(info & INFO_NO_INDEX))
		operands.address += vmx_read_gpr(vcpu, INFO_INDEX(info)) << INFO_SCALE(info);
	if (INFO_ADDRESS_32(info))
		operands.address = (u32)operands.address;
	operands.address += segment_base(INFO_SEGMENT(info));
	if (!vmx_in_64bit_mode()) {
		operands.address = (u32)operands.address;
		operands.type = (u32)operands.type;
	}
	return execute(vcpu, &operands);
}

enum hv_next vmx_exit_undefined(struct hv_vcpu *vcpu)
{
	struct hv_guest_reader reader = { .mmu = &vcpu->mmu };
	struct hv_instruction insn = {};
	struct operands operands;
	struct hv_cpu_view view;
	bool decoded;

	if (!vmx_view_begin(vcpu, &view))
		return vmx_inject_exception(vcpu, X86_TRAP_UD, VMX_NO_ERROR_CODE);
	reader.access = view.cpl == 3 ? HV_PF_USER : 0;
	view.read = hv_guest_read;
	view.context = &reader;
	decoded = hv_decode(&view, &insn) && insn.form == HV_FORM_INVPCID;
	operands = (struct operands){ view.gpr[insn.reg], insn.address, insn.length };
	vmx_view_end(vcpu, &view, false);
	if (reader.missed)
		return take_fault(vcpu, &reader);
	if (!decoded || !vmx_capability.invpcid)
		return vmx_inject_exception(vcpu, X86_TRAP_UD, VMX_NO_ERROR_CODE);
	if (view.cpl)
		return vmx_inject_exception(vcpu, X86_TRAP_GP, 0);
	return execute(vcpu, &operands);
}
