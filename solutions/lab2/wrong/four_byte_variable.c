/*
 * wrong: The time goes through a variable of 4 bytes.
 * loses: 2.3 fail, 2.4 blocked
 * says: 4 bytes instead of 8
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	u32 now = bpf_ktime_get_ns();

	data.timestamp_mkdir = now;
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
