/*
 * shows: Submits to a ring buffer as to a perf buffer.
 */
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	u64 n = 1;

	events.perf_submit(ctx, &n, sizeof(n));
	return 0;
}
