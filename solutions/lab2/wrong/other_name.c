/*
 * wrong: The perf buffer is called evenements, not events.
 * loses: 2.1 fail, 2.2 blocked, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: no table named
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(evenements);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	evenements.perf_submit(args, &data, sizeof(data));
	return 0;
}
