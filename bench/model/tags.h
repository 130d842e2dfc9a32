/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What cached translations are tagged with: VPID, PCID, EPTRTA, global (SDM 3C 29.4.1).
 * The full tag is too long for a key, so every tag in use has a number, and a key has the
 * number. A flush takes the numbers away from the tags that it names: the keys with them
 * are found no more, however many they are, and a tag that is used again gets a new one.
 */
#ifndef MODEL_TAGS_H
#define MODEL_TAGS_H

#include <stdbool.h>
#include <stdint.h>

#define TAGS_NUMBERS 65536

/* Of linear mappings: no address of an EPT PML4 table. */
#define TAG_LINEAR UINT64_MAX

struct tag {
	uint64_t eptrta; /* EPTP 51:12 in place, or TAG_LINEAR */
	uint16_t vpid, pcid;
	bool global; /* for every PCID; pcid is 0 */
};

/* Which tags a flush is about. */
struct tag_match {
	bool any_vpid, but_vpid_0; /* else vpid; but_vpid_0 narrows any_vpid */
	bool any_pcid; /* else pcid; of tags that are not global */
	bool globals; /* those for every PCID as well */
	bool any_eptrta, but_linear; /* else eptrta; but_linear narrows any_eptrta */
	uint16_t vpid, pcid;
	uint64_t eptrta;
};

struct tags {
	struct tag tag[TAGS_NUMBERS]; /* by number; 0 is no tag's */
	uint8_t live[TAGS_NUMBERS];
	uint16_t in_use[TAGS_NUMBERS]; /* the live numbers */
	unsigned int nr_in_use, next;
};

/* No number is given out. */
void tags_reset(struct tags *tags);
/* Are there numbers for two more tags? If not, tags_compact() has to come first. */
bool tags_room(const struct tags *tags);
/* The number of a tag; tags_room() has said that there is one. */
uint16_t tags_number(struct tags *tags, const struct tag *tag);
/*
 * Live numbers become small ones; map says which, and 0 for the others. Were they all
 * live, then none is any more: a CPU may always drop what it caches.
 */
void tags_compact(struct tags *tags, uint16_t map[TAGS_NUMBERS]);
bool tag_matches(const struct tag *tag, const struct tag_match *match);
/* All keys under these tags are gone. */
void tags_drop(struct tags *tags, const struct tag_match *match);

#endif
