/*
 * attack: A program that changes what a kernel function returns.
 * earns: 0
 */

int kmod_ret__security_path_mkdir(void *ctx)
{
	return -13;
}
