/*
 * shows: A probe with more parameters than registers carry.
 */
#include <uapi/linux/ptrace.h>

int kprobe__do_mkdirat(struct pt_regs *ctx, int a, int b, int c, int d, int e, int f, int g)
{
	return 0;
}
