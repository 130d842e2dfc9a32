// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a guest on a bare emulated CPU (QEMU's TCG), with no hypervisor of
 * ours anywhere: what a guest expects of its machine is then held against
 * somebody else's reading of the architecture. A guest that passes here and
 * fails under an MMU backend has found a bug of the backend.
 *
 *	bare FIRMWARE GUEST.elf [PARAMETER=VALUE...]
 *
 * The machine is driven over the debugger's protocol: the image is written
 * into its memory before the first instruction, and a breakpoint at the
 * guest's doorbell plays the tool's part. There is no VMCALL on this machine.
 * Exit status: 0 the guest's checks passed, 1 they did not, 2 no run.
 */
#include <elf.h>
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi/guest.h"

#define START_GPA 0x3000 /* reset.S */
#define CHUNK 1024 /* bytes per packet; the far side takes 2K */
#define OUT_IMM8_BYTES 2 /* of the instruction at doorbell_out */
#define TIMEOUT_SECONDS 120

static FILE *to_machine, *from_machine;
static pid_t machine;

static void machine_start(const char *firmware, uint64_t memory_bytes)
{
	int to[2], from[2];
	char memory[32];

	snprintf(memory, sizeof(memory), "%lluM", (unsigned long long)memory_bytes >> 20);
	if (pipe(to) || pipe(from))
		err(2, "pipe");
	machine = fork();
	if (machine < 0)
		err(2, "fork");
	if (!machine) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		close(from[0]);
		execlp("qemu-system-x86_64", "qemu-system-x86_64", "-M", "pc", "-accel", "tcg",
		       "-cpu", "qemu64,+pdpe1gb", "-m", memory, "-nodefaults", "-display", "none",
		       "-no-reboot", "-S", "-bios", firmware, "-chardev", "null,id=null", "-device",
		       "isa-debugcon,iobase=0xb4,readback=0,chardev=null", "-gdb", "stdio", NULL);
		err(2, "qemu-system-x86_64");
	}
	close(to[0]);
	close(from[1]);
	to_machine = fdopen(to[1], "w");
	from_machine = fdopen(from[0], "r");
}

static void machine_stop(void)
{
	kill(machine, SIGKILL);
	waitpid(machine, NULL, 0);
}

static _Noreturn void machine_ended(void)
{
	machine_stop();
	printf("the guest triple-faulted or the machine failed\n");
	exit(1);
}

/* Sends a packet; the answer, without its frame, is valid until the next. */
static const char *packet(const char *body)
{
	static char answer[2 * CHUNK + 64];
	unsigned char sum = 0;
	const char *p;
	size_t n = 0;
	int c;

	for (p = body; *p; p++)
		sum += (unsigned char)*p;
	fprintf(to_machine, "$%s#%02x", body, sum);
	fflush(to_machine);
	do
		c = getc(from_machine);
	while (c != '$' && c != EOF);
	while ((c = getc(from_machine)) != '#' && c != EOF)
		if (n < sizeof(answer) - 1)
			answer[n++] = (char)c;
	if (c == EOF)
		machine_ended();
	answer[n] = '\0';
	getc(from_machine);
	getc(from_machine);
	putc('+', to_machine);
	return answer;
}

static void packet_ok(const char *body)
{
	const char *answer = packet(body);

	if (strcmp(answer, "OK"))
		errx(2, "the machine answers '%s' to '%.20s'", answer, body);
}

static void memory_write(uint64_t gpa, const void *bytes, uint64_t n)
{
	const unsigned char *from = bytes;
	char body[2 * CHUNK + 64];
	uint64_t i, part;
	int at;

	for (; n; n -= part, gpa += part, from += part) {
		part = n < CHUNK ? n : CHUNK;
		at = sprintf(body, "M%llx,%llx:", (unsigned long long)gpa,
			     (unsigned long long)part);
		for (i = 0; i < part; i++)
			at += sprintf(body + at, "%02x", from[i]);
		packet_ok(body);
	}
}

static void memory_read(uint64_t gpa, void *bytes, uint64_t n)
{
	unsigned char *to = bytes;
	const char *answer;
	char body[64];
	uint64_t i, part;

	for (; n; n -= part, gpa += part, to += part) {
		part = n < CHUNK ? n : CHUNK;
		sprintf(body, "m%llx,%llx", (unsigned long long)gpa, (unsigned long long)part);
		answer = packet(body);
		if (strlen(answer) != 2 * part)
			errx(2, "the machine's memory can't be read: %s", answer);
		for (i = 0; i < part; i++)
			sscanf(answer + 2 * i, "%2hhx", &to[i]);
	}
}

struct guest {
	const unsigned char *file;
	const struct hvbench_guest_info *info;
	uint64_t doorbell, image_end;
};

static void *file_read(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned char *bytes;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0)
		err(2, "%s", path);
	bytes = malloc((size_t)size);
	rewind(f);
	if (!bytes || fread(bytes, 1, (size_t)size, f) != (size_t)size)
		err(2, "%s", path);
	fclose(f);
	return bytes;
}

/* Our own build's files: trusted to be well-formed. */
static void guest_read(struct guest *guest, const char *path)
{
	const Elf64_Ehdr *elf = file_read(path);
	const unsigned char *file = (const void *)elf;
	const Elf64_Shdr *section = (const void *)(file + elf->e_shoff);
	const Elf64_Phdr *phdr = (const void *)(file + elf->e_phoff);
	const char *names = (const char *)file + section[elf->e_shstrndx].sh_offset;
	const Elf64_Sym *symbol;
	const char *strings;
	unsigned int i, s;

	guest->file = file;
	for (i = 0; i < elf->e_shnum; i++) {
		if (!strcmp(names + section[i].sh_name, ".hvbench.info"))
			guest->info = (const void *)(file + section[i].sh_offset);
		if (section[i].sh_type != SHT_SYMTAB)
			continue;
		symbol = (const void *)(file + section[i].sh_offset);
		strings = (const char *)file + section[section[i].sh_link].sh_offset;
		for (s = 0; s < section[i].sh_size / sizeof(*symbol); s++)
			if (!strcmp(strings + symbol[s].st_name, "doorbell_out"))
				guest->doorbell = symbol[s].st_value;
	}
	for (i = 0; i < elf->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD &&
		    phdr[i].p_paddr + phdr[i].p_memsz > guest->image_end)
			guest->image_end = phdr[i].p_paddr + phdr[i].p_memsz;
	guest->image_end = (guest->image_end + 4095) & ~4095ull;
	if (!guest->info || guest->info->magic != HVBENCH_INFO_MAGIC || !guest->doorbell)
		errx(2, "%s is no guest of hvbench", path);
}

static void set_param(struct hvbench_guest_params *params, const struct hvbench_guest_info *info,
		      const char *word)
{
	const char *equals = strchr(word, '=');
	unsigned int i;

	for (i = 0; equals && i < info->nr_params; i++)
		if (strlen(info->params[i].name) == (size_t)(equals - word) &&
		    !strncmp(info->params[i].name, word, (size_t)(equals - word))) {
			params->values[i] = strtoull(equals + 1, NULL, 0);
			return;
		}
	errx(2, "%s has no parameter '%s'", info->name, word);
}

static void machine_load(const struct guest *guest, const struct hvbench_guest_params *params)
{
	const Elf64_Ehdr *elf = (const void *)guest->file;
	const Elf64_Phdr *phdr = (const void *)(guest->file + elf->e_phoff);
	uint64_t start[2] = { elf->e_entry, guest->info->cr3 };
	char body[64];
	unsigned int i;

	packet_ok("Qqemu.PhyMemMode:1");
	/* Single registers are offered only to those who asked for their names. */
	packet("qXfer:features:read:target.xml:0,40");
	for (i = 0; i < elf->e_phnum; i++)
		if (phdr[i].p_type == PT_LOAD)
			memory_write(phdr[i].p_paddr, guest->file + phdr[i].p_offset,
				     phdr[i].p_filesz);
	memory_write(HVBENCH_PARAMS_GPA, params, sizeof(*params));
	memory_write(START_GPA, start, sizeof(start));
	sprintf(body, "Z1,%llx,1", (unsigned long long)guest->doorbell);
	packet_ok(body);
}

static uint64_t register_read(const char *number)
{
	const char *answer;
	unsigned char byte;
	uint64_t value = 0;
	char body[16];
	int i;

	sprintf(body, "p%s", number);
	answer = packet(body);
	for (i = 0; i < 8 && sscanf(answer + 2 * i, "%2hhx", &byte) == 1; i++)
		value |= (uint64_t)byte << 8 * i;
	return value;
}

/* Goes on behind the OUT at the doorbell. */
static void skip_doorbell(const struct guest *guest)
{
	uint64_t rip = guest->doorbell + OUT_IMM8_BYTES;
	char body[32];
	int i, at = sprintf(body, "P10=");

	for (i = 0; i < 8; i++)
		at += sprintf(body + at, "%02x", (unsigned int)(rip >> 8 * i & 0xff));
	packet_ok(body);
}

/* The tool's part of the contract. */
static int serve(const struct guest *guest)
{
	struct hvbench_mailbox box;

	for (;;) {
		if (packet("c")[0] != 'T')
			machine_ended();
		memory_read(HVBENCH_MAILBOX_GPA, &box, sizeof(box));
		switch (register_read("0") & 0xffffffff) {
		case HVBENCH_BELL_CONSOLE:
			fwrite(box.console, 1, box.console_bytes, stdout);
			break;
		case HVBENCH_BELL_PHASE_BEGIN:
			break;
		case HVBENCH_BELL_PHASE_END:
			printf("%s %s: ops %llu, guest faults %llu, asked cr3 %llu invlpg %llu cr4 "
			       "%llu, tables %llu bytes\n",
			       guest->info->name, box.phase_name, box.ops, box.guest_faults,
			       box.asked.cr3 - box.asked_begin.cr3,
			       box.asked.invlpg - box.asked_begin.invlpg,
			       box.asked.cr4 - box.asked_begin.cr4, box.table_bytes);
			break;
		case HVBENCH_BELL_EXIT:
			if (box.exit_status)
				printf("%s: FAILED: %.160s\n", guest->info->name, box.message);
			return box.exit_status ? 1 : 0;
		default:
			printf("%s: an unknown doorbell\n", guest->info->name);
			return 1;
		}
		skip_doorbell(guest);
	}
}

static void on_timeout(int signal)
{
	(void)signal;
	kill(machine, SIGKILL);
}

int main(int argc, char **argv)
{
	struct hvbench_guest_params params = {
		.magic = HVBENCH_PARAMS_MAGIC,
		.abi = HVBENCH_GUEST_ABI,
	};
	struct guest guest = { 0 };
	int i, status;

	if (argc < 3)
		errx(2, "usage: bare FIRMWARE GUEST.elf [PARAMETER=VALUE...]");
	guest_read(&guest, argv[2]);
	params.nr_values = guest.info->nr_params;
	params.memory_bytes = guest.info->min_memory_bytes;
	params.image_end = guest.image_end;
	for (i = 0; i < (int)params.nr_values; i++)
		params.values[i] = guest.info->params[i].def;
	for (i = 3; i < argc; i++)
		set_param(&params, guest.info, argv[i]);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, on_timeout);
	alarm(TIMEOUT_SECONDS);
	machine_start(argv[1], params.memory_bytes);
	machine_load(&guest, &params);
	status = serve(&guest);
	machine_stop();
	return status;
}
