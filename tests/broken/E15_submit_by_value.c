/*
 * shows: Submits a struct by value.
 */
struct data_t {
	u64 time;
};
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t data = {};

	events.perf_submit(ctx, data, sizeof(data));
	return 0;
}
