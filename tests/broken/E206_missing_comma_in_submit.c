/*
 * shows: Leaves out a comma between arguments.
 * not: E14
 */
struct data_t {
	u64 stamp;
};

BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t data = {};

	events.perf_submit(ctx &data, sizeof(data));
	return 0;
}
