/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hv/shim.h offers when ept/ and spt/ are compiled into an ordinary
 * process: the kernel's names with the kernel's meaning, and no more of them
 * than the backends use. Written for the tests; nothing of the kernel's text.
 *
 * "Host-physical" memory is one arena (arena.c). A host-physical address is
 * its offset there plus ARENA_HPA, so that it never equals the pointer, never
 * is a small number, and lies above any guest-physical address of the tests:
 * mixing the three up shows.
 */
#ifndef HV_SHIM_PROCESS_H
#define HV_SHIM_PROCESS_H

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#define BIT(n) (1ul << (n))
#define BIT_ULL(n) (1ull << (n))
#define GENMASK(h, l) ((~0ul << (l)) & (~0ul >> (63 - (h))))
#define GENMASK_ULL(h, l) ((~0ull << (l)) & (~0ull >> (63 - (h))))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define noinline __attribute__((__noinline__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define __uninitialized __attribute__((__uninitialized__))
#define __printf(a, b) __attribute__((__format__(printf, a, b)))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define barrier() __asm__ volatile("" : : : "memory")

#undef static_assert
#define static_assert(expr, ...) _Static_assert(expr, #expr)
/* The kernel's takes what only the optimizer knows to be constant. */
#define BUILD_BUG_ON(cond) assert(!(cond))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define min(a, b)                        \
	({                               \
		__typeof__(a) __a = (a); \
		__typeof__(b) __b = (b); \
		__a < __b ? __a : __b;   \
	})
#define max(a, b)                        \
	({                               \
		__typeof__(a) __a = (a); \
		__typeof__(b) __b = (b); \
		__a > __b ? __a : __b;   \
	})
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define swap(a, b)                          \
	do {                                \
		__typeof__(a) __swap = (a); \
		(a) = (b);                  \
		(b) = __swap;               \
	} while (0)

#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a)-1))
#define ALIGN(x, a) ALIGN_DOWN((x) + ((__typeof__(x))(a)-1), a)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))

/*
 * A warning is a failed test: it is printed with the place, counted in
 * shim_warnings, and whoever drives the backend looks at the count.
 */
extern unsigned int shim_warnings;
__printf(3, 4) void shim_warn(const char *file, int line, const char *text, ...);

#define WARN(cond, ...)                                             \
	({                                                          \
		bool __warn = !!(cond);                             \
		if (unlikely(__warn))                               \
			shim_warn(__FILE__, __LINE__, __VA_ARGS__); \
		__warn;                                             \
	})
#define WARN_ONCE(cond, ...) WARN(cond, __VA_ARGS__)
#define WARN_ON(cond) WARN(cond, "%s", #cond)
#define WARN_ON_ONCE(cond) WARN_ON(cond)

/* Atomics: one thread, so these only keep the kernel's meaning. */
#define cmpxchg(ptr, old, new) __sync_val_compare_and_swap(ptr, old, new)
#define xchg(ptr, new) __atomic_exchange_n(ptr, new, __ATOMIC_SEQ_CST)

/* Hashing: multiply by 2^64 / golden ratio, keep the high bits. */
static inline u32 hash_64(u64 value, unsigned int bits)
{
	return (u32)(value * 0x9e3779b97f4a7c15ull >> (64 - bits));
}

/* Bits. */
static inline unsigned int hweight64(u64 w)
{
	return (unsigned int)__builtin_popcountll(w);
}

static inline unsigned long __ffs(unsigned long w)
{
	return (unsigned long)__builtin_ctzl(w);
}

#include "shim_lists.h"

#include "kernel_process.h"
#include "trace.h"

/* Host-physical memory, see arena.c. */
#define ARENA_HPA 0x140000000ull

extern char *arena_base; /* the pointer that belongs to ARENA_HPA */
extern u64 arena_bytes;

static inline void *hv_va(u64 hpa)
{
	assert(hpa - ARENA_HPA < arena_bytes);
	return arena_base + (hpa - ARENA_HPA);
}

static inline u64 hv_pa(const void *va)
{
	u64 offset = (u64)((const char *)va - arena_base);

	assert(offset < arena_bytes);
	return offset + ARENA_HPA;
}

extern size_t shim_blocks; /* allocated now */
extern size_t shim_blocks_left; /* until the next one fails; for tests of that */

static inline void *hv_zalloc(size_t bytes)
{
	if (!shim_blocks_left)
		return NULL;
	shim_blocks_left--;
	shim_blocks++;
	return calloc(1, bytes);
}

static inline void hv_free(void *block)
{
	shim_blocks -= !!block;
	free(block);
}

#endif
