// SPDX-License-Identifier: GPL-2.0
/*
 * The fuzzer's operations on memory: mappings of VMs in windows of the address space
 * that all threads share, made, moved, changed, touched and read by others.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"
#include "vm.h"

#define WINDOWS 0x100000000000ul
#define PAGE 4096ul

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

char *fuzz_window(struct fuzzer *f)
{
	return (char *)(WINDOWS + fuzz_below(f, NR_FUZZ_WINDOWS) * FUZZ_WINDOW_BYTES);
}

static char *page_in_window(struct fuzzer *f)
{
	return fuzz_window(f) + fuzz_below(f, VM_BYTES / PAGE) * PAGE;
}

void *fuzz_pointer(struct fuzzer *f, void *good)
{
	switch (fuzz_below(f, 6)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(~0ul << 47 | fuzz_random(f)); /* the kernel's, or beyond */
	case 2:
		return fuzz_window(f) + fuzz_below(f, VM_BYTES);
	case 3:
		return page_in_window(f) + PAGE - 8; /* over a page's end */
	case 4:
		return (void *)(unsigned long)fuzz_below(f, 1 << 16);
	default:
		return good;
	}
}

size_t fuzz_length(struct fuzzer *f)
{
	switch (fuzz_below(f, 10)) {
	case 0:
		return fuzz_random(f) >> fuzz_below(f, 64);
	case 1:
		return 0;
	case 2:
	case 3:
		return VM_BYTES;
	case 4:
		return HVBENCH_CONTROL_BYTES;
	default:
		return (1 + fuzz_below(f, 64)) * PAGE;
	}
}

/*
 * For calls that unmap what is there before they look at anything else: they must not take
 * the program itself away.
 */
static size_t length_in_window(struct fuzzer *f)
{
	size_t length = fuzz_length(f);

	return length > FUZZ_WINDOW_BYTES ? FUZZ_WINDOW_BYTES : length;
}

static int protection(struct fuzzer *f)
{
	return fuzz_chance(f, 70) ? PROT_READ | PROT_WRITE : (int)fuzz_below(f, 8);
}

static off_t offset(struct fuzzer *f)
{
	switch (fuzz_below(f, 8)) {
	case 0:
		return fuzz_random(f) & ~(PAGE - 1);
	case 1:
		return HVBENCH_MMAP_CONTROL + fuzz_below(f, 4) * PAGE;
	case 2:
	case 3:
		return HVBENCH_MMAP_CONTROL;
	case 4:
		return fuzz_below(f, VM_BYTES / PAGE) * PAGE;
	default:
		return HVBENCH_MMAP_MEMORY;
	}
}

bool fuzz_map(struct fuzzer *f)
{
	int flags = fuzz_chance(f, 90) ? MAP_SHARED : MAP_PRIVATE;
	off_t at = offset(f);
	bool control = at >= (off_t)HVBENCH_MMAP_CONTROL;

	if (fuzz_chance(f, 5))
		flags |= MAP_POPULATE;
	if (fuzz_chance(f, 5))
		flags |= MAP_LOCKED;
	return mmap(fuzz_chance(f, 70) ? fuzz_window(f) : page_in_window(f),
		    control ? HVBENCH_CONTROL_BYTES : length_in_window(f),
		    control && fuzz_chance(f, 80) ? PROT_READ : protection(f), flags | MAP_FIXED,
		    fuzz_vm_fd(f), at) != MAP_FAILED;
}

bool fuzz_unmap(struct fuzzer *f)
{
	return !munmap(fuzz_chance(f, 50) ? fuzz_window(f) : page_in_window(f),
		       length_in_window(f));
}

bool fuzz_remap(struct fuzzer *f)
{
	size_t old = length_in_window(f), new = length_in_window(f);
	int flags = fuzz_chance(f, 80) ? MREMAP_MAYMOVE | MREMAP_FIXED : 0;

	if (fuzz_chance(f, 10))
		old = 0; /* a second mapping of the same */
	if (flags && fuzz_chance(f, 10))
		flags |= MREMAP_DONTUNMAP;
	return mremap(fuzz_chance(f, 50) ? fuzz_window(f) : page_in_window(f), old, new, flags,
		      fuzz_chance(f, 50) ? fuzz_window(f) : page_in_window(f)) != MAP_FAILED;
}

bool fuzz_advise(struct fuzzer *f)
{
	static const int advice[] = {
		MADV_NORMAL,	 MADV_DONTNEED,	   MADV_REMOVE,	       MADV_FREE,
		MADV_WILLNEED,	 MADV_DONTFORK,	   MADV_DOFORK,	       MADV_HUGEPAGE,
		MADV_NOHUGEPAGE, MADV_MERGEABLE,   MADV_WIPEONFORK,    MADV_KEEPONFORK,
		MADV_DONTDUMP,	 MADV_DODUMP,	   MADV_COLD,	       MADV_PAGEOUT,
		MADV_RANDOM,	 MADV_POPULATE_READ, MADV_POPULATE_WRITE,
	};

	return !madvise(page_in_window(f), fuzz_length(f) % FUZZ_WINDOW_BYTES,
			advice[fuzz_below(f, sizeof(advice) / sizeof(advice[0]))]);
}

bool fuzz_protect(struct fuzzer *f)
{
	return !mprotect(fuzz_chance(f, 50) ? fuzz_window(f) : page_in_window(f),
			 fuzz_length(f) % FUZZ_WINDOW_BYTES, protection(f));
}

/* Of the guest, while it runs or not: code, tables, anything. */
bool fuzz_touch(struct fuzzer *f)
{
	volatile unsigned char *start = (unsigned char *)fuzz_window(f);
	unsigned int i, n = 1 + fuzz_below(f, 48);
	volatile bool all = false;

	if (FUZZ_TRY()) {
		for (i = 0; i < n; i++) {
			volatile unsigned char *byte = start + fuzz_below(f, VM_BYTES);

			if (fuzz_chance(f, 50))
				*byte = fuzz_random(f);
			else
				(void)*byte;
		}
		all = true;
	}
	FUZZ_END();
	return all;
}

bool fuzz_lock(struct fuzzer *f)
{
	char *start = page_in_window(f), residence[64];
	size_t bytes = (1 + fuzz_below(f, 64)) * PAGE;

	switch (fuzz_below(f, 5)) {
	case 0:
		return !mlock(start, bytes);
	case 1:
		return !mlock2(start, bytes, MLOCK_ONFAULT);
	case 2:
		return !munlock(start, bytes);
	case 3:
		return !mincore(start, bytes, (unsigned char *)residence);
	default:
		return !msync(start, bytes, fuzz_chance(f, 50) ? MS_SYNC : MS_INVALIDATE);
	}
}

static bool peek_by_file(struct fuzzer *f, char *at)
{
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	char bytes[64] = { 0 };
	bool ok;

	if (fd < 0)
		return false;
	ok = (fuzz_chance(f, 50) ? pread(fd, bytes, sizeof(bytes), (off_t)at) :
				   pwrite(fd, bytes, sizeof(bytes), (off_t)at)) > 0;
	close(fd);
	return ok;
}

static bool read_map(struct fuzzer *f, char *at)
{
	bool pages = fuzz_chance(f, 70);
	int fd = open(pages ? "/proc/self/pagemap" : "/proc/self/smaps", O_RDONLY | O_CLOEXEC);
	char text[1024];
	bool ok;

	if (fd < 0)
		return false;
	ok = pread(fd, text, sizeof(text), pages ? (off_t)((unsigned long)at / PAGE * 8) : 0) > 0;
	close(fd);
	return ok;
}

/* By ways that other processes have: the kernel takes references to the VM's pages. */
bool fuzz_peek(struct fuzzer *f)
{
	char bytes[256], *at = page_in_window(f);
	struct iovec local = { bytes, sizeof(bytes) }, remote = { at, sizeof(bytes) };

	switch (fuzz_below(f, 4)) {
	case 0:
		return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) > 0;
	case 1:
		return process_vm_writev(getpid(), &local, 1, &remote, 1, 0) > 0;
	case 2:
		return peek_by_file(f, at);
	default:
		return read_map(f, at);
	}
}

/* Pages of a VM in a pipe, which may outlive mapping and VM. */
bool fuzz_splice(struct fuzzer *f)
{
	struct iovec vector = { page_in_window(f), 4 * PAGE };
	char bytes[256];
	int pipes[2];
	bool ok;

	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return false;
	ok = vmsplice(pipes[1], &vector, 1, SPLICE_F_NONBLOCK) > 0;
	if (ok && fuzz_chance(f, 50))
		munmap(fuzz_window(f), VM_BYTES);
	if (ok && fuzz_chance(f, 50))
		fuzz_close(f);
	while (ok && read(pipes[0], bytes, sizeof(bytes)) > 0)
		;
	close(pipes[0]);
	close(pipes[1]);
	return ok;
}
