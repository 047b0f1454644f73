/*
 * shows: Asks for memory as a kernel module does.
 */
#include <linux/slab.h>

int hello(void *ctx)
{
	char *p = kmalloc(16, GFP_KERNEL);
	bpf_trace_printk("%d\n", p != 0);
	return 0;
}
