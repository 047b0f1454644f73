/*
 * right: A plain function that reads what a kernel function returned, where the script attaches it.
 * kernel: kprobes
 */
#include <uapi/linux/ptrace.h>

int made(struct pt_regs *ctx)
{
	bpf_trace_printk("mkdir gave %d", PT_REGS_RC(ctx));
	return 0;
}
