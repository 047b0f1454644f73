/*
 * shows: Gives a ring buffer's output two arguments.
 */
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	u64 n = 1;

	events.ringbuf_output(&n, sizeof(n));
	return 0;
}
