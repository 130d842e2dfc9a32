// SPDX-License-Identifier: GPL-2.0
/*
 * hvbench.ko: takes VT-x on every CPU while it is loaded and offers
 * /dev/hvbench, see uapi/hvbench.h.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "log.h"
#include "mmu.h"
#include "compat.h"
#include "pmu.h"
#include "selftest.h"
#include "uapi/hvbench.h"
#include "vm.h"
#include "vmx/capability.h"
#include "vmx/enable.h"
#include "vmx/mitigations.h"

static u32 capabilities(void)
{
	const struct vmx_capability *cap = &vmx_capability;

	return (cap->ept ? HVBENCH_CAP_EPT : 0) | (cap->ept_2m ? HVBENCH_CAP_EPT_2M : 0) |
	       (cap->ept_1g ? HVBENCH_CAP_EPT_1G : 0) | (cap->ept_ad ? HVBENCH_CAP_EPT_AD : 0) |
	       (cap->ept_exec_only ? HVBENCH_CAP_EPT_EXEC_ONLY : 0) |
	       (cap->vpid ? HVBENCH_CAP_VPID : 0) | (cap->pml ? HVBENCH_CAP_PML : 0) |
	       (cap->perf_split ? HVBENCH_CAP_PERF_SPLIT : 0) |
	       (cap->itlb_multihit ? HVBENCH_CAP_ITLB_MULTIHIT : 0) |
	       (cap->unrestricted ? HVBENCH_CAP_UNRESTRICTED : 0) |
	       (cap->invpcid ? HVBENCH_CAP_INVPCID : 0) |
	       (cap->cr4_offered & HV_CR4_PCIDE ? HVBENCH_CAP_PCID : 0) |
	       (cap->cr4_offered & HV_CR4_SMEP ? HVBENCH_CAP_SMEP : 0) |
	       (cap->cr4_offered & HV_CR4_SMAP ? HVBENCH_CAP_SMAP : 0) |
	       (cap->cr4_offered & HV_CR4_LA57 ? HVBENCH_CAP_LA57 : 0);
}

static int get_info(struct hvbench_info __user *user)
{
	struct hvbench_info info = {
		.version = HVBENCH_UAPI_VERSION,
		.capabilities = capabilities(),
		.physical_address_bits = vmx_capability.physical_address_bits,
		.vmx_revision = vmx_capability.revision,
		.ept_vpid_cap = vmx_capability.ept_vpid,
		.vmx_basic = vmx_capability.basic,
		.live_vms = hv_vm_count(),
		.mitigations = vmx_mitigations(),
		.selftest_done = hv_selftest_result()->done,
		.selftest_passed = hv_selftest_result()->passed,
	};

	return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
}

static int create_vm(struct hvbench_config __user *user)
{
	struct hvbench_config config;
	int fd;

	if (copy_from_user(&config, user, sizeof(config)))
		return -EFAULT;
	memset(config.refusal, 0, sizeof(config.refusal));
	fd = hv_vm_create(&config);
	if (fd < 0 && copy_to_user(user->refusal, config.refusal, sizeof(config.refusal)))
		return -EFAULT;
	return fd;
}

static long device_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	switch (command) {
	case HVBENCH_GET_INFO:
		return get_info((void __user *)argument);
	case HVBENCH_CREATE_VM:
		return create_vm((void __user *)argument);
	}
	return -ENOTTY;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = device_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hvbench",
	.mode = 0600,
	.fops = &device_fops,
};

static int __init hvbench_init(void)
{
	int err = vmx_capability_read();

	if (err)
		return err;
	err = vmx_mitigations_init();
	if (err)
		return err;
	err = vmx_enable_all();
	if (err)
		goto out_mitigations;
	err = hv_selftest();
	if (err)
		goto out_vmx;
	err = hv_pmu_register();
	if (err)
		goto out_vmx;
	err = misc_register(&device);
	if (err)
		goto out_pmu;
	hv_compat_report();
	return 0;

out_pmu:
	hv_pmu_unregister();
out_vmx:
	vmx_disable_all();
out_mitigations:
	vmx_mitigations_exit();
	return err;
}

static void __exit hvbench_exit(void)
{
	misc_deregister(&device);
	hv_pmu_unregister();
	vmx_disable_all();
	vmx_mitigations_exit();
}

module_init(hvbench_init);
module_exit(hvbench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION(
	"hypervisor with interchangeable EPT and shadow-page-table MMUs, for measuring them");
