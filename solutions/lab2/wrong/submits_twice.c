/*
 * wrong: Submits each structure twice.
 * loses: 2.2 fail
 * says: exactly twice
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
