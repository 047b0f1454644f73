/*
 * shows: Copies a number of bytes that is known only when it runs.
 * not: E176
 * not: E47
 */
int hello(void *ctx)
{
	char from[64] = {}, to[64] = {};
	u64 size = bpf_get_prandom_u32() & 63;

	bpf_get_current_comm(&from, sizeof(from));
	__builtin_memcpy(to, from, size);
	bpf_trace_printk("%s\n", to);
	return 0;
}
