/*
 * attack: A program that would change what a kernel function returns.
 * base: stub
 * earns: 1.1
 */

int kmod_ret__security_path_mkdir(void *ctx)
{
	return -13;
}
