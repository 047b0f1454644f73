/*
 * shows: Reads the kernel's own current.
 * not: E06
 */
#include <linux/sched.h>

int hello(void *ctx)
{
	bpf_trace_printk("%d", current->pid);
	return 0;
}
