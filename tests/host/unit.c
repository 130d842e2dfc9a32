// SPDX-License-Identifier: GPL-2.0
/* Runs the unit tests of this directory, see report.h. */
#include <stdarg.h>

#include "report.h"

static const char *prefix = "";
static u32 passed, failed, skipped;

void report_prefix(const char *text)
{
	prefix = text;
}

static void print_line(bool ok, const char *file, int line, const char *text, va_list args)
{
	printf("%s - %s: ", ok ? "ok" : "not ok", prefix);
	vprintf(text, args);
	if (!ok)
		printf(" [%s:%d]", file, line);
	printf("\n");
	if (ok)
		passed++;
	else
		failed++;
}

void report_result(bool ok, const char *file, int line, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	print_line(ok, file, line, text, args);
	va_end(args);
}

void report_numbers(u64 got, u64 want, const char *file, int line, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	print_line(got == want, file, line, text, args);
	va_end(args);
	if (got != want)
		printf("# got %#llx (%llu), expected %#llx (%llu)\n", got, got, want, want);
}

void report_skip(const char *why)
{
	printf("skip - %s: %s\n", prefix, why);
	skipped++;
}

/* ---- a guest of a test ---- */

void guest_defaults(struct test_guest *t, const struct hv_mmu_ops *ops, u64 chunks)
{
	memset(t, 0, sizeof(*t));
	t->config = (struct machine_config){
		.ops = ops,
		.memory_bytes = chunks << HV_CHUNK_SHIFT,
		.populate = true,
		/* Without a VPID each exit would flush, and hide what is missing. */
		.knob = { [HVBENCH_KNOB_VPID] = 1 },
		.caps = {
			.physical_address_bits = 40,
			.gigabyte_pages = true,
			.ept_2m = true,
			.ept_ad = true,
		},
		.paging = {
			.cr0 = HV_CR0_PE | HV_CR0_ET | HV_CR0_NE | HV_CR0_WP |
			       HV_CR0_PG,
			.cr3 = 0x1000,
			.cr4 = HV_CR4_PAE,
			.efer = HV_EFER_LME | HV_EFER_LMA | HV_EFER_NXE,
		},
	};
}

void guest_open(struct test_guest *t)
{
	machine_create(&t->m, &t->config);
}

void guest_start(struct test_guest *t)
{
	int error = machine_start(&t->m);

	if (error) {
		report(false, "the backend starts (error %d)", error);
		exit(1);
	}
}

void guest_close(struct test_guest *t)
{
	const char *left = machine_destroy(&t->m);

	if (left || arena_pages_out())
		report(false, "nothing is left behind: %s, %llu host pages",
		       left ? left : "pool clean", arena_pages_out());
}

/* The access, with a place in the model of the TLB. */
static struct oracle_access access_to(struct test_guest *t, u64 gva, u32 access)
{
	struct machine *m = &t->m;
	struct oracle_access what = { .gva = gva, .access = access };

	for (; what.page < m->nr_pages; what.page++)
		if (m->tlb->page[what.page].gva == (gva & ~0xfffull))
			break;
	if (what.page == m->nr_pages) {
		/* No room: the oldest page's place, as a real TLB would. */
		if (m->nr_pages == ORACLE_PAGES) {
			m->nr_pages = 0;
			what.page = 0;
		}
		machine_add_page(m, gva);
		m->tlb->page[what.page].nr_maps = 0;
		m->tlb->page[what.page].nr_starts = 0;
	}
	return what;
}

static void need(struct test_guest *t, bool kept)
{
	if (kept)
		return;
	report(false, "the backend keeps the contract: %s", t->m.why);
	exit(1);
}

struct outcome guest_access(struct test_guest *t, u64 gva, u32 access)
{
	struct oracle_access what = access_to(t, gva, access);
	struct outcome out;

	need(t, machine_access(&t->m, &what, &out));
	return out;
}

struct outcome guest_access_both(struct test_guest *t, u64 first, u64 second, u32 access)
{
	struct oracle_access one = access_to(t, first, access), two = access_to(t, second, access);
	struct outcome out;

	need(t, machine_access_both(&t->m, &one, &two, &out));
	return out;
}

bool guest_reaches(struct test_guest *t, u64 gva, u32 access, u64 gpa)
{
	struct outcome out = guest_access(t, gva, access);
	u64 hpa = hv_memory_hpa(&t->m.memory, gpa >> HV_PAGE_SHIFT);

	return out.kind == OUT_DONE && HV_HPA_VALID(hpa) && out.hpa == (hpa | (gpa & 0xfff));
}

u64 guest_word(const struct test_guest *t, u64 gpa)
{
	u64 hpa = hv_memory_hpa(&t->m.memory, gpa >> HV_PAGE_SHIFT);

	return HV_HPA_VALID(hpa) ? *(u64 *)hv_va(hpa | (gpa & 0xff8)) : 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	arena_init();
	test_ref_walk();
	test_memory();
	test_ept();
	test_ept_leaf();
	test_ept_log();
	test_ept_rights();
	test_spt();
	test_backend_rights();
	test_emulate();
	test_emulate_edges();
	test_vmx_flush();
	test_inject_events();
	test_event();
	test_run();
	test_vmx_pml();
	test_vmx_controls();
	test_exception();
	test_same();
	report_prefix("all");
	report(!shim_warnings, "no WARN from a backend");
	printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed || !passed;
}
