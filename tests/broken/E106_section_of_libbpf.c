/*
 * shows: A section as libbpf's programs have.
 */
SEC("tracepoint/syscalls/sys_enter_mkdir")
int hello(void *ctx)
{
	return 0;
}
