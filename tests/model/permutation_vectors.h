/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The permutation vectors that TLB;DR (Tatar et al., USENIX Security 2022) measured on a Kaby
 * Lake, from the sample output in TLB/README.md of github.com/vusec/tlbdr. A vector describes
 * a set as a list of what it holds, the next to be replaced last: after a hit at place i, place
 * j has what was at place vector[i][j]. A miss replaces the last and permutes as a hit there.
 */
#ifndef MODEL_TEST_PERMUTATION_VECTORS_H
#define MODEL_TEST_PERMUTATION_VECTORS_H

#include <stdint.h>

static const uint8_t plru4[4][12] = {
	{ 0, 1, 2, 3 },
	{ 1, 0, 3, 2 },
	{ 2, 1, 0, 3 },
	{ 3, 0, 1, 2 },
};

static const uint8_t plru8[8][12] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7 },
	{ 1, 0, 3, 2, 5, 4, 7, 6 },
	{ 2, 1, 0, 3, 6, 5, 4, 7 },
	{ 3, 0, 1, 2, 7, 4, 5, 6 },
	{ 4, 1, 2, 3, 0, 5, 6, 7 },
	{ 5, 0, 3, 2, 1, 4, 7, 6 },
	{ 6, 1, 0, 3, 2, 5, 4, 7 },
	{ 7, 0, 1, 2, 3, 4, 5, 6 },
};

static const uint8_t mru_plru[12][12] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
	{ 1, 2, 0, 4, 5, 3, 7, 8, 6, 10, 11, 9 },
	{ 2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10 },
	{ 3, 1, 2, 0, 4, 5, 9, 7, 8, 6, 10, 11 },
	{ 4, 2, 0, 1, 5, 3, 10, 8, 6, 7, 11, 9 },
	{ 5, 0, 1, 2, 3, 4, 11, 6, 7, 8, 9, 10 },
	{ 6, 1, 2, 3, 4, 5, 0, 7, 8, 9, 10, 11 },
	{ 7, 2, 0, 4, 5, 3, 1, 8, 6, 10, 11, 9 },
	{ 8, 0, 1, 5, 3, 4, 2, 6, 7, 11, 9, 10 },
	{ 9, 1, 2, 0, 4, 5, 3, 7, 8, 6, 10, 11 },
	{ 10, 2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9 },
	{ 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
};

#endif
