// SPDX-License-Identifier: GPL-2.0
/* hv/vmx/inject.c: events into the guest, and those whose delivery an exit cut off. */
#include "fake_vcpu.h"

#define VALID INTR_INFO_VALID_MASK
#define CODE INTR_INFO_DELIVER_CODE_MASK
#define HARD INTR_TYPE_HARD_EXCEPTION
#define SOFT_INTERRUPT (4u << 8)

#define DE 0
#define UD 6
#define DF X86_TRAP_DF
#define TS X86_TRAP_TS
#define GP X86_TRAP_GP
#define PF X86_TRAP_PF

static const struct hv_event *event(void)
{
	return &fake.vcpu.event;
}

/* An exit during the delivery of that event. */
static void recover(u32 info, u32 error_code)
{
	fake.vcpu.event = (struct hv_event){};
	vmwrite(IDT_VECTORING_INFO_FIELD, info);
	vmwrite(IDT_VECTORING_ERROR_CODE, error_code);
	vmwrite(VM_EXIT_INSTRUCTION_LEN, 2);
	vmx_recover_event(&fake.vcpu);
}

static void test_recover(void)
{
	fake.vcpu.event = (struct hv_event){ .info = 1, .error_code = 2, .instruction_bytes = 3 };
	vmwrite(IDT_VECTORING_INFO_FIELD, GP | HARD);
	vmx_recover_event(&fake.vcpu);
	report(event()->info == 1 && event()->error_code == 2 && event()->instruction_bytes == 3,
	       "an exit outside of any delivery changes no event");
	recover(VALID | HARD | CODE | GP, 0x18);
	report(event()->info == (VALID | HARD | CODE | GP) && event()->error_code == 0x18,
	       "an exception comes again with its error code");
	recover(VALID | SOFT_INTERRUPT | BIT(12) | 0x80, 0x18);
	report(event()->info == (VALID | SOFT_INTERRUPT | 0x80) && event()->error_code == 0,
	       "bit 12, which entry reserves, is dropped; no error code where there was none");
	report(event()->instruction_bytes == 2, "a software interrupt knows its length");
}

static void test_inject(void)
{
	recover(0, 0);
	report(vmx_inject_exception(&fake.vcpu, UD, VMX_NO_ERROR_CODE) == HV_NEXT_ENTER &&
	       event()->info == (VALID | HARD | UD), "#UD without an error code");
	recover(0, 0);
	fake.vcpu.event.instruction_bytes = 2;
	report(vmx_inject_page_fault(&fake.vcpu, 0x1234, 7) == HV_NEXT_ENTER &&
	       event()->info == (VALID | HARD | CODE | PF) && event()->error_code == 7 &&
	       fake.vcpu.cr2 == 0x1234 && !event()->instruction_bytes,
	       "#PF with its error code, CR2, and no instruction");
	report(!fake.vcpu.ended, "neither ends the guest");
}

/* SDM 3A, table 6-5: what a second exception becomes while the first is delivered. */
static void test_double_fault(void)
{
	static const struct {
		u8 first, second, becomes;
	} pair[] = {
		{ DE, GP, DF }, { TS, GP, DF }, { GP, DE, DF }, { GP, PF, PF }, { GP, UD, UD },
		{ PF, PF, DF }, { PF, GP, DF }, { PF, TS, DF }, { PF, UD, UD }, { UD, PF, PF },
		{ UD, GP, GP }, { DF, UD, UD },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(pair); i++) {
		u32 code = pair[i].becomes == DF ? 0 : 5;

		recover(VALID | HARD | CODE | pair[i].first, 0x18);
		vmx_inject_exception(&fake.vcpu, pair[i].second, 5);
		report(event()->info == (VALID | HARD | CODE | pair[i].becomes) &&
		       event()->error_code == code && !fake.vcpu.ended,
		       "vector %u during %u makes %u", pair[i].second, pair[i].first,
		       pair[i].becomes);
	}
	recover(VALID | SOFT_INTERRUPT | GP, 0);
	vmx_inject_exception(&fake.vcpu, GP, 5);
	report(event()->info == (VALID | HARD | CODE | GP), "an INT n is no first exception");
	recover(0, 0);
	fake.vcpu.event.info = HARD | GP;
	vmx_inject_exception(&fake.vcpu, GP, 5);
	report(event()->info == (VALID | HARD | CODE | GP), "nor is what is not valid");
}

static void test_triple_fault(u8 second)
{
	fake.vcpu.ended = false;
	recover(VALID | HARD | CODE | DF, 0);
	report(vmx_inject_exception(&fake.vcpu, second, 0) == HV_NEXT_TOOL &&
	       fake.vcpu.ended && fake.control.run.end == HVBENCH_END_TRIPLE_FAULT,
	       "vector %u during #DF is a triple fault", second);
}

void test_inject_events(void)
{
	report_prefix("inject");
	fake_open();
	test_recover();
	test_inject();
	test_double_fault();
	test_triple_fault(GP);
	test_triple_fault(PF);
	test_triple_fault(DE);
	fake_close();
}
