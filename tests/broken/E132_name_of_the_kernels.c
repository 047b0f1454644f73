/*
 * shows: Names a function as the kernel names one.
 */
#include <linux/fs.h>

int vfs_mkdir(void *ctx)
{
	return 0;
}
