// SPDX-License-Identifier: GPL-2.0
/* Creates a VM of KVM's, so that KVM holds VT-x, and waits to be killed. */
#include <err.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR);

	if (kvm < 0 || ioctl(kvm, KVM_CREATE_VM, 0) < 0)
		err(1, "/dev/kvm");
	puts("held");
	fflush(stdout);
	pause();
	return 0;
}
