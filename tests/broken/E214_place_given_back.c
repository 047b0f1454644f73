/*
 * shows: Gives a ring buffer's place back without a test for NULL.
 */
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	u64 *place = events.ringbuf_reserve(sizeof(u64));

	events.ringbuf_discard(place, 0);
	return 0;
}
