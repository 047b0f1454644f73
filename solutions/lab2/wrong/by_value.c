/*
 * wrong: Submits the structure, not its address.
 * loses: 2.1 error, 2.2 blocked, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: where its address is wanted
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, data, sizeof(data));
	return 0;
}
