/*
 * shows: Submits an event without the context.
 */
struct data_t {
	u64 time;
};
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t data = {};

	events.perf_submit(&data, sizeof(data));
	return 0;
}
