/* SPDX-License-Identifier: GPL-2.0 */
/* What oracle.c (the sets) offers to oracle_check.c (one access), and to nobody else. */
#ifndef ORACLE_SETS_H
#define ORACLE_SETS_H

#include "oracle.h"

/* A ref_read_fn for the model; context is the oracle. */
bool oracle_model_read(void *context, u64 addr, u64 *value);
/* Adds what a CPU could cache for the page at this instant. */
void oracle_close_page(struct oracle *o, int page);
/* Drops all that may be used for the page now. */
void oracle_forget_page(struct oracle *o, int page);
/* What may be used for the page now, global translations aside. */
struct oracle_set *oracle_current(struct oracle *o, int page);

#endif
