/*
 * shows: Moves its context.
 * not: E71
 * not: E180
 * not: E87
 */
int hello(void *ctx)
{
	u64 *place = ctx;

	for (int i = 0; i < 3; i++) {
		bpf_trace_printk("%d", *place);
		place += bpf_get_prandom_u32() & 1;
	}
	return 0;
}
