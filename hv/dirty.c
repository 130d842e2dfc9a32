// SPDX-License-Identifier: GPL-2.0
/*
 * The dirty log, see dirty.h. How pages are found is the backend's business, and
 * hv/vmx/'s for PML; here the bits are handed over, cleared and counted.
 *
 * What the hypervisor itself writes into guest memory (the bitmaps) is not
 * logged.
 */
#include "dirty.h"

/* Work on the words of a block, whatever they hold: see HV_WORK_MAX. */
#define BLOCK_WORK 192

bool hv_dirty_fits(const struct hv_mmu *mmu, u64 gpa)
{
	u64 memory = mmu->memory->nr_frames << HV_PAGE_SHIFT;

	return !(gpa % HV_PAGE_BYTES) && gpa < memory &&
	       mmu->dirty.words * sizeof(u64) <= memory - gpa;
}

static void clear_words(struct hv_dirty *dirty, u64 word, u64 words)
{
	memset(&dirty->written[word], 0, words * sizeof(u64));
	memset(&dirty->touched[word], 0, words * sizeof(u64));
}

static u64 count_written(const struct hv_dirty *dirty, u64 word, u64 words)
{
	u64 i, count = 0;

	for (i = word; i < word + words; i++)
		if (dirty->written[i])
			count += hweight64(dirty->written[i]);
	return count;
}

/* The page of the guest's bitmap that holds the word, or why the block can't go there. */
static enum hv_verdict bitmap_page(const struct hv_mmu *mmu, u64 bitmap, u64 word, void **page,
				   struct hv_answer *answer)
{
	u64 gpa = bitmap + word * sizeof(u64), hpa;

	*page = NULL;
	if (bitmap == HV_DIRTY_KEEP)
		return HV_DONE;
	answer->gpa = gpa;
	if (mmu->ops->may_write && !mmu->ops->may_write(mmu, gpa >> HV_PAGE_SHIFT))
		return HV_FORBIDDEN;
	hpa = hv_memory_hpa(mmu->memory, gpa >> HV_PAGE_SHIFT);
	if (!HV_HPA_VALID(hpa))
		return HV_NEED_BACKING;
	*page = hv_va(hpa) + gpa % HV_PAGE_BYTES;
	return HV_DONE;
}

/* The guest may have asked for it in its page tables; then the shadow follows. */
static void tell(struct hv_mmu *mmu, u64 bitmap, const void *page, u64 word, u64 words)
{
	if (page && mmu->ops->wrote)
		mmu->ops->wrote(mmu, bitmap + word * sizeof(u64), words * sizeof(u64));
}

static bool log_block(struct hv_mmu *mmu, enum hv_log_action action, u64 word, u64 words)
{
	bool done = mmu->ops->log(mmu, action, word * 64, words * 64);

	mmu->dirty.fresh = false;
	return done;
}

static enum hv_verdict collect(struct hv_mmu *mmu, u64 word, u64 words, struct hv_answer *answer)
{
	struct hv_dirty *dirty = &mmu->dirty;
	const struct hv_dirty_request *request = &dirty->request;
	void *written, *touched;
	enum hv_verdict verdict;

	verdict = bitmap_page(mmu, request->written, word, &written, answer);
	if (verdict == HV_DONE)
		verdict = bitmap_page(mmu, request->touched, word, &touched, answer);
	if (verdict != HV_DONE)
		return verdict;
	if (dirty->on && !log_block(mmu, HV_LOG_COLLECT, word, words))
		return HV_AGAIN;
	dirty->count += count_written(dirty, word, words);
	if (!written)
		return HV_DONE;
	memcpy(written, &dirty->written[word], words * sizeof(u64));
	if (touched)
		memcpy(touched, &dirty->touched[word], words * sizeof(u64));
	clear_words(dirty, word, words);
	tell(mmu, request->written, written, word, words);
	tell(mmu, request->touched, touched, word, words);
	return HV_DONE;
}

static enum hv_verdict block(struct hv_mmu *mmu, u64 word, u64 words, struct hv_answer *answer)
{
	enum hv_log_action action = mmu->dirty.request.action;

	if (action == HV_LOG_COLLECT)
		return collect(mmu, word, words, answer);
	if (action == HV_LOG_START)
		clear_words(&mmu->dirty, word, words);
	return log_block(mmu, action, word, words) ? HV_DONE : HV_AGAIN;
}

static bool is_same(const struct hv_dirty_request *a, const struct hv_dirty_request *b)
{
	return a->under_way == b->under_way && a->action == b->action &&
	       a->written == b->written && a->touched == b->touched;
}

static void begin(struct hv_mmu *mmu, const struct hv_dirty_request *request)
{
	struct hv_dirty *dirty = &mmu->dirty;

	dirty->request = *request;
	dirty->fresh = true;
	dirty->next = 0;
	dirty->count = 0;
	if (request->action != HV_LOG_COLLECT)
		dirty->on = request->action == HV_LOG_START;
}

enum hv_verdict hv_dirty_step(struct hv_mmu *mmu, enum hv_log_action action, u64 written,
			      u64 touched, struct hv_answer *answer)
{
	struct hv_dirty *dirty = &mmu->dirty;
	const struct hv_dirty_request request = { true, action, written, touched };

	if (!is_same(&dirty->request, &request)) {
		if (action == HV_LOG_STOP && !dirty->on)
			return HV_DONE;
		begin(mmu, &request);
	}
	mmu->work = 0;
	while (dirty->next < dirty->words) {
		u64 words = min_t(u64, dirty->block, dirty->words - dirty->next);
		enum hv_verdict verdict = HV_AGAIN;

		if (mmu->work <= mmu->work_limit)
			verdict = block(mmu, dirty->next, words, answer);
		if (verdict != HV_DONE)
			return verdict;
		mmu->work += BLOCK_WORK;
		dirty->next += words;
	}
	dirty->request.under_way = false;
	if (action == HV_LOG_COLLECT) {
		hv_count(mmu, log_collect);
		mmu->counter[HVBENCH_CNT_log_written] += dirty->count;
	}
	return HV_DONE;
}
