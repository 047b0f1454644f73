/*
 * right: A kprobe on the function that does the work of mkdir.
 * kernel: kprobes
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

int kprobe__do_mkdirat(void *ctx)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
