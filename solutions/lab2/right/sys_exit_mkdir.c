/*
 * right: Takes the time at the end of the system call.
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
