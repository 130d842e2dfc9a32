// SPDX-License-Identifier: GPL-2.0
/*
 * May this outcome of an access happen on a bare CPU? Lists everything that
 * could (a hit on each cached translation, a walk from CR3 and from each
 * paging-structure-cache entry) and looks for what did, see oracle.h.
 */
#include "oracle.h"
#include "oracle_sets.h"

#define MAX_WORDS 256
#define MAX_CANDIDATES (3 * ORACLE_SET + 1)

/* One thing that a bare CPU could do now. */
struct candidate {
	struct outcome out;
	int nr;
	struct {
		u64 addr, must, may; /* bits of A/D set by it */
	} word[REF_LEVELS];
};

static void candidate_ends(const struct oracle *o, const struct oracle_access *access,
			   const struct ref_map *map, enum ref_end end, struct candidate *c)
{
	struct outcome *out = &c->out;

	if (end != REF_MAPPED || !ref_allows(&o->cpu, map, access->access)) {
		out->kind = OUT_FAULT;
		out->gva = access->gva;
		out->error_code = ref_error_code(&o->cpu, end, access->access);
		return;
	}
	out->gpa = map->base | (access->gva & 0xfff);
	out->kind = out->gpa < o->bytes ? OUT_DONE : OUT_OUTSIDE;
}

/* A hit in the TLB; false if the CPU can't do without a walk. */
static bool candidate_hit(const struct oracle *o, const struct oracle_access *access,
			  const struct ref_map *map, struct candidate *c)
{
	memset(c, 0, sizeof(*c));
	candidate_ends(o, access, map, REF_MAPPED, c);
	/* A write through an entry that is not dirty has to set D (4.8). */
	return c->out.kind == OUT_FAULT || map->dirty || !(access->access & HV_PF_WRITE);
}

static void candidate_walk(struct oracle *o, const struct oracle_access *access,
			   struct ref_start start, struct candidate *c)
{
	struct ref_path path;
	int i;

	memset(c, 0, sizeof(*c));
	ref_walk(&o->cpu, start, access->gva, oracle_model_read, o, &path);
	if (path.end == REF_UNREADABLE) {
		c->out.kind = OUT_OUTSIDE;
		c->out.gpa = path.unreadable;
		c->out.table = true;
	} else {
		candidate_ends(o, access, &path.map, path.end, c);
	}
	c->nr = path.nr;
	for (i = 0; i < path.nr; i++) {
		bool leaf = path.end == REF_MAPPED && i == path.nr - 1;
		u64 bits = PTE_A;

		if (leaf && access->access & HV_PF_WRITE && c->out.kind != OUT_FAULT)
			bits |= PTE_D;
		/* The entry that is not present or reserved is not used. */
		if (path.end != REF_MAPPED && path.end != REF_UNREADABLE && i == path.nr - 1)
			bits = 0;
		c->word[i].addr = path.step[i].addr;
		/*
		 * A CPU may set A on the way to a fault or not (4.8 has only
		 * that it is set before an entry is used for a translation).
		 */
		c->word[i].may = bits;
		c->word[i].must = c->out.kind == OUT_DONE ? bits : 0;
	}
}

static int find_candidates(struct oracle *o, const struct oracle_access *access,
			   struct candidate *c)
{
	const struct oracle_page *p = &o->page[access->page];
	const struct oracle_set *set = oracle_current(o, access->page);
	int i, nr = 0;

	candidate_walk(o, access, ref_root(&o->cpu), &c[nr++]);
	for (i = 0; i < set->nr_maps; i++)
		nr += candidate_hit(o, access, &set->map[i], &c[nr]);
	for (i = 0; i < p->nr_globals; i++)
		nr += candidate_hit(o, access, &p->global[i], &c[nr]);
	for (i = 0; i < set->nr_starts; i++)
		candidate_walk(o, access, set->start[i], &c[nr++]);
	return nr;
}

void oracle_reference(struct oracle *o, const struct oracle_access *access, struct outcome *out)
{
	struct candidate c;

	candidate_walk(o, access, ref_root(&o->cpu), &c);
	*out = c.out;
}

static u64 actual_word(const struct hv_memory *memory, u64 gpa)
{
	u64 hpa = hv_memory_hpa(memory, gpa >> HV_PAGE_SHIFT);

	return HV_HPA_VALID(hpa) ? *(u64 *)hv_va(hpa | (gpa & 0xff8)) : 0;
}

/* The words that any candidate touches, and what happened to them. */
struct words {
	int nr;
	struct {
		u64 addr, now, set;
	} word[MAX_WORDS];
};

static bool find_words(const struct oracle *o, const struct hv_memory *memory,
		       const struct candidate *c, int nr, struct words *words, char *why,
		       size_t size)
{
	int i, j, k;

	words->nr = 0;
	for (i = 0; i < nr; i++) {
		for (j = 0; j < c[i].nr; j++) {
			u64 addr = c[i].word[j].addr, was, now;

			for (k = 0; k < words->nr; k++)
				if (words->word[k].addr == addr)
					break;
			if (k < words->nr)
				continue;
			was = o->memory[addr / 8];
			now = actual_word(memory, addr);
			if (was & ~now || now & ~was & ~(PTE_A | PTE_D)) {
				snprintf(why, size,
					 "entry at gpa %#llx is %#llx, should be %#llx (A/D bits "
					 "aside)",
					 addr, now, was);
				return false;
			}
			words->word[words->nr].addr = addr;
			words->word[words->nr].now = now;
			words->word[words->nr++].set = now ^ was;
		}
	}
	return true;
}

static bool bits_match(const struct oracle *o, const struct candidate *c, const struct words *words)
{
	int i, j;

	for (i = 0; i < words->nr; i++) {
		u64 must = 0, may = 0, was = o->memory[words->word[i].addr / 8];

		/* One entry may be on the path twice, at two levels. */
		for (j = 0; j < c->nr; j++) {
			if (c->word[j].addr != words->word[i].addr)
				continue;
			must |= c->word[j].must;
			may |= c->word[j].may;
		}
		if (must & ~was & ~words->word[i].set || words->word[i].set & ~may)
			return false;
	}
	return true;
}

static bool same_outcome(const struct hv_memory *memory, const struct outcome *want,
			 const struct outcome *got)
{
	u64 mask = want->table ? ~0xfffull : ~0ull;

	if (want->kind != got->kind)
		return false;
	switch (want->kind) {
	case OUT_DONE:
		return got->hpa ==
		       (hv_memory_hpa(memory, want->gpa >> HV_PAGE_SHIFT) | (want->gpa & 0xfff));
	case OUT_FAULT:
		return got->error_code == want->error_code && got->gva == want->gva;
	default:
		return (got->gpa & mask) == (want->gpa & mask);
	}
}

int outcome_print(const struct outcome *out, char *text, size_t size)
{
	u32 e = out->error_code;

	if (out->kind == OUT_DONE)
		return snprintf(text, size, "access to gpa %#llx", out->gpa);
	if (out->kind == OUT_OUTSIDE)
		return snprintf(text, size, "outside memory, gpa %#llx%s", out->gpa,
				out->table ? " (a table)" : "");
	return snprintf(text, size, "#PF at %#llx, error code %#x:%s%s%s%s%s", out->gva, e,
			e & HV_PF_PRESENT ? " protection" : " not-present",
			e & HV_PF_WRITE ? " write" : "", e & HV_PF_USER ? " user" : " supervisor",
			e & HV_PF_RSVD ? " reserved-bit" : "", e & HV_PF_FETCH ? " fetch" : "");
}

/* Which guest frame lies at that host address; for the reader of a failure. */
static u64 gpa_of(const struct hv_memory *memory, u64 hpa)
{
	u64 gfn;

	for (gfn = 0; gfn < memory->nr_frames; gfn++)
		if (hv_memory_hpa(memory, gfn) == (hpa & ~0xfffull))
			return gfn << HV_PAGE_SHIFT | (hpa & 0xfff);
	return ~0ull;
}

static void explain(const struct oracle *o, const struct candidate *c, int nr,
		    const struct words *words, const struct outcome *got, char *why, size_t size)
{
	size_t at = 0;
	int i, j;

#define SAY(...) \
	(at = min_t(size_t, size - 1, at + (size_t)snprintf(why + at, size - at, __VA_ARGS__)))
	SAY("got:     ");
	at = min_t(size_t, size - 1, at + (size_t)outcome_print(got, why + at, size - at));
	for (i = 0; i < words->nr; i++)
		if (words->word[i].set)
			SAY("\n         entry at %#llx: %#llx -> %#llx%s%s", words->word[i].addr,
			    o->memory[words->word[i].addr / 8], words->word[i].now,
			    words->word[i].set & PTE_A ? " A" : "",
			    words->word[i].set & PTE_D ? " D" : "");
	for (i = 0; i < nr; i++) {
		SAY("\nallowed: ");
		at = min_t(size_t, size - 1,
			   at + (size_t)outcome_print(&c[i].out, why + at, size - at));
		for (j = 0; j < c[i].nr; j++)
			SAY("\n         entry at %#llx = %#llx must set %s%s, may set %s%s",
			    c[i].word[j].addr, o->memory[c[i].word[j].addr / 8],
			    c[i].word[j].must & PTE_A ? "A" : "-",
			    c[i].word[j].must & PTE_D ? "D" : "-",
			    c[i].word[j].may & PTE_A ? "A" : "-",
			    c[i].word[j].may & PTE_D ? "D" : "-");
	}
#undef SAY
}

bool oracle_allows(struct oracle *o, const struct hv_memory *memory,
		   const struct oracle_access *access, struct outcome *out, char *why, size_t size)
{
	struct candidate c[MAX_CANDIDATES];
	struct words words;
	int i, nr = find_candidates(o, access, c);

	if (!find_words(o, memory, c, nr, &words, why, size))
		return false;
	for (i = 0; i < nr; i++)
		if (same_outcome(memory, &c[i].out, out) && bits_match(o, &c[i], &words))
			break;
	if (i == nr) {
		if (out->kind == OUT_DONE)
			out->gpa = gpa_of(memory, out->hpa);
		explain(o, c, nr, &words, out, why, size);
		return false;
	}
	out->gpa = c[i].out.gpa;
	for (i = 0; i < words.nr; i++)
		if (words.word[i].set)
			oracle_write(o, words.word[i].addr, words.word[i].now);
	if (out->kind == OUT_FAULT) {
		oracle_forget_page(o, access->page);
		oracle_close_page(o, access->page);
	}
	if (out->kind == OUT_DONE)
		o->accessed[out->gpa >> HV_PAGE_SHIFT] = true;
	return true;
}

bool oracle_same_memory(const struct oracle *o, const struct hv_memory *memory, char *why,
			size_t size)
{
	static const u64 nothing[HV_ENTRIES];
	u64 gfn, gpa;

	for (gfn = 0; gfn < o->bytes >> HV_PAGE_SHIFT; gfn++) {
		u64 hpa = hv_memory_hpa(memory, gfn);

		if (!memcmp(HV_HPA_VALID(hpa) ? hv_va(hpa) : nothing, &o->memory[gfn * HV_ENTRIES],
			    HV_PAGE_BYTES))
			continue;
		for (gpa = gfn << 12; gpa >> 12 == gfn; gpa += 8) {
			if (actual_word(memory, gpa) == o->memory[gpa / 8])
				continue;
			snprintf(why, size, "guest memory at gpa %#llx is %#llx, should be %#llx",
				 gpa, actual_word(memory, gpa), o->memory[gpa / 8]);
			return false;
		}
	}
	return true;
}
