/*
 * shows: Submits more bytes than the variable has.
 */
struct data_t {
	u64 time;
};
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t data = {};

	data.time = bpf_ktime_get_ns();
	events.perf_submit(ctx, &data, 64);
	return 0;
}
