/*
 * shows: Submits the size of a pointer's place.
 * not: E133
 * not: E136
 */
struct data_t {
	u64 stamp;
};

BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t *data;

	data->stamp = bpf_ktime_get_ns();
	events.perf_submit(ctx, data, sizeof(*data));
	return 0;
}
