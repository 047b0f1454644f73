/*
 * wrong: Microseconds, not nanoseconds.
 * loses: 2.3 fail, 2.4 blocked
 * says: microseconds, not nanoseconds
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns() / 1000;
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
