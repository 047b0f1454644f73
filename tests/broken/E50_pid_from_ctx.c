/*
 * shows: Reads a field that the registers do not have.
 * not: E132
 * not: E10
 */
#include <uapi/linux/ptrace.h>

int hello(struct pt_regs *ctx)
{
	bpf_trace_printk("%d", ctx->pid);
	return 0;
}
