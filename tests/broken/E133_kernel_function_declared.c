/*
 * shows: Calls a function of the kernel that a header declares.
 * not: E178
 */
#include <linux/random.h>

int hello(void *ctx)
{
	bpf_trace_printk("%d", get_random_u32());
	return 0;
}
