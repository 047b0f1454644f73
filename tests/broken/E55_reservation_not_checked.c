/*
 * shows: Writes into a ring buffer's place without a test for NULL.
 */
struct data_t {
	u64 time;
};
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	struct data_t *data = events.ringbuf_reserve(sizeof(struct data_t));

	data->time = bpf_ktime_get_ns();
	events.ringbuf_submit(data, 0);
	return 0;
}
