/*
 * shows: Gives a ring buffer no pages.
 * not: E104
 */
BPF_RINGBUF_OUTPUT(events);

int hello(void *ctx)
{
	return 0;
}
