/* SPDX-License-Identifier: GPL-2.0 */
/* The few names that every file of a guest uses. */
#ifndef RUNTIME_TYPES_H
#define RUNTIME_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define PAGE_BYTES 4096ull
#define LARGE_BYTES (2ull << 20)
#define HUGE_BYTES (1ull << 30)

#define BIT(n) (1ull << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define barrier() __asm__ volatile("" ::: "memory")

/* For what must be part of its caller: a loop that is counted. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* In the one page of hot code, see guest.lds. */
#define HOT_CODE __attribute__((section(".text.hot"), noinline))

/* The identity map (boot_tables.S) makes a gpa a pointer. */
static inline void *gpa_pointer(u64 gpa)
{
	return (void *)gpa;
}

void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);

#endif
