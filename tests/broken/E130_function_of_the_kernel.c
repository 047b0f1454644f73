/*
 * shows: Names its function like one of the kernel.
 */
#include <linux/fs.h>

int vfs_mkdir(struct pt_regs *ctx)
{
	return 0;
}
