/*
 * right: A function with the prefix syscall__, attached to the kernel's mkdir.
 * kernel: kprobes
 */

#include <uapi/linux/ptrace.h>

int syscall__mkdir(struct pt_regs *ctx, const char __user *pathname, int mode)
{
	bpf_trace_printk("mkdir with mode %x", mode);
	return 0;
}
