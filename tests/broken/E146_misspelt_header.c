/*
 * shows: Misspells a header of the kernel.
 * not: E07
 */
#include <linux/shed.h>

int hello(void *ctx)
{
	return 0;
}
