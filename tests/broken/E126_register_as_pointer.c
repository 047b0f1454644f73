/*
 * shows: Takes a register for a pointer.
 */
#include <uapi/linux/ptrace.h>

int hello(struct pt_regs *ctx)
{
	const char *p = ctx->di;
	bpf_trace_printk("%s\n", p);
	return 0;
}
