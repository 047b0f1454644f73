/*
 * shows: A ring buffer of three pages.
 * not: E64
 * not: E181
 */
BPF_RINGBUF_OUTPUT(events, 3);

int hello(void *ctx)
{
	u64 now = bpf_ktime_get_ns();

	events.ringbuf_output(&now, sizeof(now), 0);
	return 0;
}
