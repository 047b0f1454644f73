/*
 * shows: Reserves a place in a ring buffer and does not give it back.
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
	data->time = bpf_ktime_get_ns();
	return 0;
}
