/*
 * shows: Prints as a kernel module does.
 */
#include <linux/kernel.h>

int hello(void *ctx)
{
	printk("hello\n");
	return 0;
}
