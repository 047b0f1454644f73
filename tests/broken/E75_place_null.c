/*
 * shows: Gives a ring buffer's place back on the path where there is none.
 * not: E214
 */
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	u64 *time = events.ringbuf_reserve(sizeof(u64));

	if (time)
		*time = bpf_ktime_get_ns();
	events.ringbuf_submit(time, 0);
	return 0;
}
