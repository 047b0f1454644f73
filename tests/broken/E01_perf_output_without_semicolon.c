/*
 * shows: Leaves out the semicolon after the buffer, above a struct.
 */
BPF_PERF_OUTPUT(events)
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t data = {};

	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
