/*
 * right: A plain function, which the script attaches by name.
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

int horodater(void *ctx)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
