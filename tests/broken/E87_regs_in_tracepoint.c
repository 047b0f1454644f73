/*
 * shows: Reads the registers in a tracepoint.
 * not: E31
 */
#include <uapi/linux/ptrace.h>

int hello(struct pt_regs *ctx)
{
	bpf_trace_printk("%d", PT_REGS_PARM1(ctx));
	return 0;
}
