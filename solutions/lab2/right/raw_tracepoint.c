/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#define NR_MKDIR 83 /* on x86-64 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct timestamp_mkdir_class data = {};

	if (ctx->args[1] != NR_MKDIR)
		return 0;

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(ctx, &data, sizeof(data));
	return 0;
}
