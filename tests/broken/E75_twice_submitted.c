/*
 * shows: Gives a ring buffer's place back twice.
 */
struct data_t {
	u64 time;
};
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	struct data_t *data = events.ringbuf_reserve(sizeof(struct data_t));

	if (!data)
		return 0;
	events.ringbuf_submit(data, 0);
	events.ringbuf_submit(data, 0);
	return 0;
}
