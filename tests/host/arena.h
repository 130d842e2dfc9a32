/* SPDX-License-Identifier: GPL-2.0 */
/* Host-physical memory of the process, see arena.c. */
#ifndef ARENA_H
#define ARENA_H

#include "memory.h"
#include "pool.h"

void arena_init(void);
/* Everything is free again, in the original order. */
void arena_rewind(void);
/* 4K pages handed out and not given back. */
u64 arena_pages_out(void);
/* Is there memory at hpa, that is: was it handed out and not given back? */
bool arena_holds(u64 hpa);
void *arena_take_page(void);
void arena_give_page(void *page);

/* NULL, or what is wrong: free objects must be zero and counted right. */
const char *pool_check(const struct hv_pool *pool);

#endif
