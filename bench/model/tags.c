// SPDX-License-Identifier: GPL-2.0
/* Numbers for tags, see tags.h. Few are in use at a time, so they are searched one by one. */
#include <string.h>

#include "tags.h"

void tags_reset(struct tags *tags)
{
	memset(tags->live, 0, sizeof(tags->live));
	tags->nr_in_use = 0;
	tags->next = 1;
}

bool tags_room(const struct tags *tags)
{
	return tags->next + 2 <= TAGS_NUMBERS;
}

static bool same_tag(const struct tag *a, const struct tag *b)
{
	return a->eptrta == b->eptrta && a->vpid == b->vpid && a->pcid == b->pcid &&
	       a->global == b->global;
}

uint16_t tags_number(struct tags *tags, const struct tag *tag)
{
	uint16_t number;

	for (unsigned int i = 0; i < tags->nr_in_use; i++)
		if (same_tag(&tags->tag[tags->in_use[i]], tag))
			return tags->in_use[i];
	number = tags->next++;
	tags->tag[number] = *tag;
	tags->live[number] = 1;
	tags->in_use[tags->nr_in_use++] = number;
	return number;
}

void tags_compact(struct tags *tags, uint16_t map[TAGS_NUMBERS])
{
	unsigned int next = 1;

	if (tags->nr_in_use > TAGS_NUMBERS / 2)
		memset(tags->live, 0, sizeof(tags->live));
	tags->nr_in_use = 0;
	for (unsigned int number = 0; number < TAGS_NUMBERS; number++) {
		map[number] = 0;
		if (!tags->live[number])
			continue;
		map[number] = next;
		tags->tag[next] = tags->tag[number];
		tags->in_use[tags->nr_in_use++] = next++;
	}
	for (unsigned int number = 0; number < TAGS_NUMBERS; number++)
		tags->live[number] = number && number < next;
	tags->next = next;
}

bool tag_matches(const struct tag *tag, const struct tag_match *match)
{
	if (match->any_vpid ? match->but_vpid_0 && !tag->vpid : tag->vpid != match->vpid)
		return false;
	if (match->any_eptrta ? match->but_linear && tag->eptrta == TAG_LINEAR
			      : tag->eptrta != match->eptrta)
		return false;
	if (tag->global)
		return match->globals;
	return match->any_pcid || tag->pcid == match->pcid;
}

void tags_drop(struct tags *tags, const struct tag_match *match)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < tags->nr_in_use; i++) {
		const uint16_t number = tags->in_use[i];

		if (tag_matches(&tags->tag[number], match))
			tags->live[number] = 0;
		else
			tags->in_use[kept++] = number;
	}
	tags->nr_in_use = kept;
}
