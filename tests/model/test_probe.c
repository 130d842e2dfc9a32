// SPDX-License-Identifier: GPL-2.0
/*
 * The probe over a made-up Bochs: what it makes of its callbacks. That the real Bochs makes
 * these callbacks is tested in the machine (tests/machine/probe.c).
 */
#include "check.h"

#include <string.h>

#include "channel.h"
#include "../../scripts/machine/probe/channel.h"
#include "fake_bochs.h"
#include "feed.h"

#define EXIT_HYPERCALL 18
#define EXIT_EPT_VIOLATION 48
#define PAGE_FAULT_EVENT (1u << 31 | 3u << 8 | 14)
#define OTHER_FAULT_EVENT (1u << 31 | 3u << 8 | 13)
#define CR0_PG_ (1ull << 31)
#define EFER_LMA_ (1ull << 10)
#define CR4_VMXE_ (1ull << 13)

enum {
	ENTRY_EVENT = 0x4016,
	EXIT_EVENT = 0x4404,
	EXIT_ERROR = 0x4406,
	GUEST_PHYSICAL = 0x2400,
	GUEST_LINEAR = 0x640a,
};

static void open_bochs(void)
{
	memset(&fake_bochs, 0, sizeof(fake_bochs));
	fake_bochs.control[BOCHS_CR0] = CR0_PG_;
	fake_bochs.control[BOCHS_EFER] = EFER_LMA_;
	fake_bochs.control[BOCHS_CR4] = CR4_VMXE_;
	feed_stop();
}

static void enter(void)
{
	fake_tlb_control(0, BOCHS_CONTEXT_SWITCH, 0);
}

static void leave(uint32_t reason, uint64_t qualification)
{
	fake_vmexit(0, reason, qualification);
	fake_tlb_control(0, BOCHS_CONTEXT_SWITCH, 0);
}

static void put_descriptor(uint64_t address, uint64_t vpid, uint64_t linear)
{
	const uint64_t words[2] = { vpid, linear };

	for (unsigned int i = 0; i < sizeof(words); i++) {
		const uint64_t at = address + i;

		fake_bochs.memory[fake_bochs.page[at / 4096] + at % 4096] =
			((const uint8_t *)words)[i];
	}
}

/* The second page of the descriptor lies before the first one. */
static void test_descriptor(void)
{
	check_group("probe: descriptors");
	open_bochs();
	fake_map(0x1000, 0x5000);
	fake_map(0x2000, 0x3000);
	feed_start();
	put_descriptor(0x1100, 7, 0x123456789000);
	fake_access(0, 0x1100, 16);
	fake_tlb_control(0, BOCHS_INVVPID, 1);
	check(fake_bochs.nr_flushes == 1 && fake_bochs.flush.kind == MODEL_FLUSH_INVVPID &&
	      fake_bochs.flush.vpid == 7 && fake_bochs.flush.address == 0x123456789000,
	      "INVVPID's 16 bytes within a page");
	for (unsigned int in_first = 1; in_first < 16; in_first++) {
		put_descriptor(0x2000 - in_first, 100 + in_first, 0x7000000 + in_first);
		fake_access(0, 0x1200, 8);
		fake_access(0, 0x2000 - in_first, 16);
		fake_tlb_control(0, BOCHS_INVVPID, 1);
		check(fake_bochs.flush.vpid == 100 + in_first &&
		      fake_bochs.flush.address == 0x7000000 + in_first,
		      "%u of its bytes in one page, and the others in the next", in_first);
	}
	put_descriptor(0x1ff0, 9, 0x9000);
	fake_access(0, 0x1ff0, 16);
	fake_tlb_control(0, BOCHS_INVVPID, 1);
	check_number(fake_bochs.flush.vpid, 9, "16 bytes that end with their page");
	put_descriptor(0x1100, 5, 0x5000);
	fake_access(0, 0x1100, 16);
	fake_access(0, 0x1ff8, 8);
	fake_access(0, 0x2000, 4);
	fake_tlb_control(0, BOCHS_INVVPID, 1);
	check_number(fake_bochs.flush.vpid, 5, "two accesses that are not of 16 bytes together");
}

static void test_fetch(void)
{
	unsigned int translated;

	check_group("probe: where a fetch goes");
	open_bochs();
	fake_map(0x1000, 0x5000);
	feed_start();
	enter();
	fake_instruction(0, 0x1010);
	check_number(fake_bochs.fetched, 0x5010, "of the guest, by its tables");
	translated = fake_bochs.translated;
	fake_instruction(0, 0x1050);
	check_number(fake_bochs.fetched, 0x5050, "another line of the page");
	check_number(fake_bochs.translated, translated, "without another look at the tables");
	fake_map(0x1000, 0x6000);
	fake_tlb_control(0, BOCHS_INVLPG, 0x1000);
	fake_instruction(0, 0x1010);
	check_number(fake_bochs.fetched, 0x6010, "after a flush of the guest's by the new tables");
	fake_map(0x1000, 0x7000);
	leave(EXIT_HYPERCALL, 0);
	fake_instruction(0, 0x1010);
	check_number(fake_bochs.fetched, MODEL_NO_HPA, "of the host: nothing to compare with");
	enter();
	fake_instruction(0, 0x1010);
	check_number(fake_bochs.fetched, 0x7010, "after a VM exit by the new tables");
	fake_instruction(0, 0x4010);
	check_number(fake_bochs.fetched, MODEL_NO_HPA, "where the tables have nothing: unknown");
	leave(EXIT_HYPERCALL, 0);
}

static bool is_fed(uint64_t rip)
{
	const unsigned int before = fake_bochs.nr_fetches;

	fake_instruction(0, rip);
	return fake_bochs.nr_fetches > before;
}

static void write_cr3(uint64_t cr3)
{
	fake_bochs.control[BOCHS_CR3] = cr3;
	fake_tlb_control(0, BOCHS_MOV_CR3, cr3);
}

/* Only what handles the exit is modelled. */
static void test_processes(void)
{
	const uint64_t longest = 1 << 24;
	uint64_t n;

	check_group("probe: processes of the host");
	open_bochs();
	fake_map(0x1000, 0x5000);
	feed_start();
	fake_bochs.control[BOCHS_CR3] = 0x6000;
	enter();
	leave(EXIT_HYPERCALL, 0);
	check(is_fed(0x1010), "the one that the exit came to is fed");
	write_cr3(0x8000);
	check(!is_fed(0x1050), "another is not");
	write_cr3(0xa000);
	check(!is_fed(0x1090), "nor a third");
	write_cr3(1ull << 63 | 0x7805);
	check(is_fed(0x1110), "back by its tables for user mode, with a PCID, it is again");
	write_cr3(0x8000);
	feed_request();
	write_cr3(0x6000);
	check(!is_fed(0x1150), "but not when the tool has asked something since");
	write_cr3(0x8000);
	enter();
	leave(EXIT_HYPERCALL, 0);
	check(is_fed(0x1190), "the next exit is another's");
	write_cr3(0x6000);
	check(!is_fed(0x11d0), "and the first is another process then");

	enter();
	leave(EXIT_HYPERCALL, 0);
	for (n = 0; n < 2 * longest && is_fed(0x1000 + n % 2 * 0x40); n++)
		;
	check(n >= longest && n < longest + 8, "who does not enter again is fed no more (%llu)",
	      (unsigned long long)n);
	enter();
	check(is_fed(0x1010), "until a guest runs");
	leave(EXIT_HYPERCALL, 0);
	check(is_fed(0x1050), "and exits");
}

static void test_faults(void)
{
	const struct model_fault *fault = &fake_bochs.fault;

	check_group("probe: faults");
	open_bochs();
	feed_start();
	enter();
	fake_bochs.field[EXIT_EVENT] = PAGE_FAULT_EVENT;
	fake_bochs.field[EXIT_ERROR] = 1 << 1 | 1 << 2 | 1 << 3;
	leave(0, 0x1234);
	check(fake_bochs.nr_faults == 1 && fault->access == MODEL_STORE && fault->user &&
	      fault->reserved && fault->exits && fault->address == 0x1234 &&
	      fault->gpa == MODEL_NO_GPA, "a page fault that exits, as its error code says");
	fake_bochs.field[ENTRY_EVENT] = PAGE_FAULT_EVENT;
	enter();
	check(fake_bochs.entered_with_page_fault, "an entry that delivers it");
	leave(EXIT_HYPERCALL, 0);
	fake_bochs.field[ENTRY_EVENT] = OTHER_FAULT_EVENT;
	enter();
	check(!fake_bochs.entered_with_page_fault, "an entry that delivers another exception");
	leave(EXIT_HYPERCALL, 0);
	fake_bochs.field[ENTRY_EVENT] = PAGE_FAULT_EVENT & ~(1u << 31);
	enter();
	check(!fake_bochs.entered_with_page_fault, "an entry that delivers nothing");
	fake_bochs.control[BOCHS_CR2] = 0x4321;
	fake_exception(0, 14, 1 << 4);
	check(fake_bochs.nr_faults == 2 && fault->access == MODEL_FETCH && !fault->user &&
	      !fault->reserved && !fault->exits && fault->address == 0x4321,
	      "a page fault that the guest gets without an exit");
	fake_bochs.field[GUEST_LINEAR] = 0x8888;
	fake_bochs.field[GUEST_PHYSICAL] = 0x9999;
	leave(EXIT_EPT_VIOLATION, 1 << 7 | 1 << 8 | 1 << 1);
	check(fake_bochs.nr_faults == 3 && fault->access == MODEL_STORE &&
	      fault->address == 0x8888 && fault->gpa == 0x9999, "an EPT violation of a store");
}

/* The tool's page, at the same linear address in whatever runs. */
static enum model_answer ask(void)
{
	struct model_page_request *request =
		(struct model_page_request *)(fake_bochs.memory + 0x5000);

	memset(request, 0, sizeof(*request));
	request->magic = MODEL_MAGIC;
	request->version = MODEL_CHANNEL_VERSION;
	request->kind = MODEL_HELLO;
	channel_outp(MODEL_PORT, 4, 0x1000);
	channel_outp(MODEL_PORT + 4, 4, 0);
	return request->answer;
}

static void test_page(void)
{
	check_group("probe: who may ask");
	open_bochs();
	fake_map(0x1000, 0x5000);
	check_number(ask(), MODEL_OK, "a host is answered before any model runs");
	/* The BIOS' SMI, before anybody switches VMX on. */
	fake_bochs.control[BOCHS_CR4] = 0;
	fake_tlb_control(0, BOCHS_CONTEXT_SWITCH, 0);
	check_number(ask(), MODEL_OK, "also if its context was switched without VMX");
	fake_bochs.control[BOCHS_CR4] = CR4_VMXE_;
	enter();
	check_number(ask(), MODEL_NO_ANSWER, "a guest's memory is not looked at");
	leave(EXIT_HYPERCALL, 0);
	check_number(ask(), MODEL_OK, "after its exit the host again");
	feed_start();
	enter();
	check_number(ask(), MODEL_NO_ANSWER, "nor is it while models run");
	leave(EXIT_HYPERCALL, 0);
	check_number(ask(), MODEL_OK, "after its exit the host again");
	feed_stop();
}

void test_probe(void)
{
	test_descriptor();
	test_fetch();
	test_processes();
	test_faults();
	test_page();
}
