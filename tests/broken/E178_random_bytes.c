/*
 * shows: Calls a function of the kernel's that a header declares.
 * not: E133
 */
#include <linux/random.h>

int hello(void *ctx)
{
	u64 n;

	get_random_bytes(&n, sizeof(n));
	bpf_trace_printk("%d", n);
	return 0;
}
