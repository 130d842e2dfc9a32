// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual machine is a file: its last reference (descriptor or mapping)
 * frees everything. Its ioctls and mappings are what uapi/hvbench.h says.
 */
#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "choices.h"
#include "compat.h"
#include "config.h"
#include "host_memory.h"
#include "vcpu.h"
#include "vm.h"

struct hv_vm {
	struct hvbench_config config;
	struct hv_memory memory;
	struct hv_vcpu vcpu;
	struct hvbench_control *control; /* mapped by the tool, read-only */
};

static atomic_t live_vms = ATOMIC_INIT(0);

static const struct hv_mmu_ops *const backends[HVBENCH_NR_MMUS] = {
	[HVBENCH_MMU_EPT] = &ept_mmu_ops,
	[HVBENCH_MMU_SPT] = &spt_mmu_ops,
};

u32 hv_vm_count(void)
{
	return atomic_read(&live_vms);
}

/*
 * Shadow tables can be many times the guest's own, so they are bounded: by the
 * knob, or as much as guest memory itself, within limits. The backend drops
 * tables before it goes beyond; dropping them all is one event's work at most.
 */
static u32 table_page_limit(const struct hvbench_config *config)
{
	/* In the order of the knob's choices. */
	static const u64 bytes[] = { 0, SZ_512K, SZ_1M, SZ_4M, SZ_16M, SZ_64M, SZ_256M };
	u64 limit = bytes[config->knob[HVBENCH_KNOB_SPT_MEMORY]];

	hv_assert_choices(bytes, HVBENCH_KNOB_SPT_MEMORY);
	if (!limit)
		limit = clamp_t(u64, config->memory_bytes, SZ_16M, SZ_256M);
	return limit >> HV_PAGE_SHIFT;
}

static const char *refusal(int err)
{
	switch (err) {
	case -ENOSPC:
		return "all 65535 VPIDs are in use: close VMs, or use vpid=off";
	case -ENOMEM:
		return "the host has not enough memory for this VM: choose less, or backing=4k";
	case -EINTR:
		return "interrupted by a signal";
	case -EINVAL:
	case -EOPNOTSUPP:
		return "the MMU backend refused it: a bug, please report the command";
	}
	return "the host can't make this VM now: try again";
}

#define CONTROL_ORDER get_order(HVBENCH_CONTROL_BYTES)

/* The control block, accounted, which vmalloc_user() does not offer. */
static struct hvbench_control *alloc_control(void)
{
	if (!hv_host_can_give(BIT(CONTROL_ORDER)))
		return NULL;
	return (void *)__get_free_pages(HV_GFP | __GFP_ZERO | __GFP_COMP, CONTROL_ORDER);
}

static void free_control(struct hvbench_control *control)
{
	free_pages((unsigned long)control, CONTROL_ORDER);
}

static void vm_free(struct hv_vm *vm)
{
	hv_vcpu_destroy(&vm->vcpu);
	hv_memory_destroy(&vm->memory);
	free_control(vm->control);
	hv_free(vm);
	atomic_dec(&live_vms);
}

static int create_memory(struct hv_memory *memory, const struct hvbench_config *config,
			 const char **why)
{
	if (config->knob[HVBENCH_KNOB_BACKING] == HVBENCH_SIZE_1G)
		return hv_memory_pin(memory, config->memory_bytes, config->memory_address, why);
	return hv_memory_create(memory, config->memory_bytes, config->knob[HVBENCH_KNOB_BACKING],
				config->knob[HVBENCH_KNOB_POPULATE]);
}

/* *why: see hv_memory_pin(). */
static struct hv_vm *vm_alloc(const struct hvbench_config *config, const char **why)
{
	struct hv_vm *vm = hv_zalloc(sizeof(*vm));
	int err = -ENOMEM;

	if (!vm)
		return ERR_PTR(-ENOMEM);
	vm->config = *config;
	vm->control = alloc_control();
	if (!vm->control)
		goto out_vm;
	err = create_memory(&vm->memory, config, why);
	if (err)
		goto out_control;
	vm->vcpu.control = vm->control;
	vm->vcpu.stats = &vm->control->stats;
	vm->vcpu.pool.limit_pages = table_page_limit(config);
	vm->vcpu.mmu.ops = backends[config->mmu];
	vm->vcpu.mmu.knob = vm->config.knob;
	vm->vcpu.mmu.memory = &vm->memory;
	err = hv_vcpu_create(&vm->vcpu);
	if (err)
		goto out_memory;
	atomic_inc(&live_vms);
	return vm;

out_memory:
	hv_memory_destroy(&vm->memory);
out_control:
	free_control(vm->control);
out_vm:
	hv_free(vm);
	return ERR_PTR(err);
}

static int vm_release(struct inode *inode, struct file *file)
{
	vm_free(file->private_data);
	return 0;
}

static long set_rights(struct hv_vm *vm, const void __user *user)
{
	struct hvbench_rights rights;

	if (copy_from_user(&rights, user, sizeof(rights)))
		return -EFAULT;
	return hv_vcpu_set_rights(&vm->vcpu, &rights);
}

static long log_request(struct hv_vm *vm, void __user *user)
{
	struct hvbench_log_request request;
	int err;

	if (copy_from_user(&request, user, sizeof(request)))
		return -EFAULT;
	err = hv_dirty_request(&vm->vcpu, &request);
	if (!err && copy_to_user(user, &request, sizeof(request)))
		return -EFAULT;
	return err;
}

static long vm_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct hv_vm *vm = file->private_data;
	struct hvbench_start start;

	switch (command) {
	case HVBENCH_SET_START:
		if (copy_from_user(&start, (void __user *)argument, sizeof(start)))
			return -EFAULT;
		return hv_vcpu_set_start(&vm->vcpu, &start);
	case HVBENCH_RUN:
		return argument ? -EINVAL : hv_vcpu_run(&vm->vcpu);
	case HVBENCH_SET_RIGHTS:
		return set_rights(vm, (void __user *)argument);
	case HVBENCH_LOG:
		return log_request(vm, (void __user *)argument);
	}
	return -ENOTTY;
}

static vm_fault_t memory_fault(struct vm_fault *vmf)
{
	struct hv_vm *vm = vmf->vma->vm_file->private_data;
	int err = hv_memory_populate(&vm->memory, vmf->pgoff);
	u64 hpa;

	/*
	 * VM_FAULT_OOM would have the kernel try again until somebody was killed,
	 * and nobody is: the allocation has asked for that, see host_memory.h.
	 */
	if (err)
		return VM_FAULT_SIGBUS;
	hpa = hv_memory_hpa(&vm->memory, vmf->pgoff);
	if (vmf->vma->vm_flags & VM_PFNMAP)
		return vmf_insert_pfn(vmf->vma, vmf->address, hpa >> PAGE_SHIFT);
	vmf->page = virt_to_page(hv_va(hpa));
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct memory_vm_ops = { .fault = memory_fault };

static int map_memory(struct hv_vm *vm, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff > vm->memory.nr_frames ||
	    vma_pages(vma) > vm->memory.nr_frames - vma->vm_pgoff || !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, 0);
	/*
	 * A part of a huge page can't be counted as mapped: its struct page may
	 * be read-only (CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP). The VM's pin holds it.
	 */
	if (vm->memory.backing == HVBENCH_SIZE_1G)
		vm_flags_mod(vma, VM_PFNMAP, 0);
	vma->vm_ops = &memory_vm_ops;
	return 0;
}

static int map_control(struct hv_vm *vm, struct vm_area_struct *vma)
{
	unsigned long at;
	char *page;
	int err = 0;

	if (vma_pages(vma) > HVBENCH_CONTROL_BYTES >> PAGE_SHIFT ||
	    vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EINVAL;
	vm_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE | VM_MAYEXEC);
	for (at = vma->vm_start, page = (char *)vm->control; at < vma->vm_end && !err;
	     at += PAGE_SIZE, page += PAGE_SIZE)
		err = vm_insert_page(vma, at, virt_to_page(page));
	return err;
}

static int map_vm(struct file *file, struct vm_area_struct *vma)
{
	struct hv_vm *vm = file->private_data;

	if (vma->vm_pgoff == HVBENCH_MMAP_CONTROL >> PAGE_SHIFT)
		return map_control(vm, vma);
	return map_memory(vm, vma);
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.release = vm_release,
	.unlocked_ioctl = vm_ioctl,
	.mmap = map_vm,
	.llseek = noop_llseek,
};

int hv_vm_create(struct hvbench_config *config)
{
	const char *why = NULL;
	struct hv_vm *vm;
	int fd, err = hv_config_check(config);

	if (err)
		return err;
	vm = vm_alloc(config, &why);
	if (IS_ERR(vm)) {
		strscpy(config->refusal, why ?: refusal(PTR_ERR(vm)), sizeof(config->refusal));
		return PTR_ERR(vm);
	}
	fd = anon_inode_getfd("hvbench-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		snprintf(config->refusal, sizeof(config->refusal),
			 "no file descriptor is left (error %d)", -fd);
		vm_free(vm);
	}
	return fd;
}

struct hv_vcpu *hv_vm_create_hidden(const struct hvbench_config *config)
{
	const char *why;
	struct hv_vm *vm = vm_alloc(config, &why);

	return IS_ERR(vm) ? ERR_CAST(vm) : &vm->vcpu;
}

void hv_vm_free_hidden(struct hv_vcpu *vcpu)
{
	vm_free(container_of(vcpu, struct hv_vm, vcpu));
}
