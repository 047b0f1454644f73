/*
 * shows: Has a helper fill a ring buffer's place without a test for NULL.
 */
struct data_t {
	char comm[16];
};
BPF_RINGBUF_OUTPUT(events, 8);

int hello(void *ctx)
{
	struct data_t *data = events.ringbuf_reserve(sizeof(struct data_t));

	bpf_get_current_comm(&data->comm, sizeof(data->comm));
	events.ringbuf_submit(data, 0);
	return 0;
}
