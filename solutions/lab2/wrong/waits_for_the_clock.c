/*
 * wrong: A loop that waits for time to pass never ends for the verifier.
 * loses: 2.1 error, 2.2 blocked, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: end of a loop
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	u64 start = bpf_ktime_get_ns();

	while (bpf_ktime_get_ns() < start + 1000)
		;

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
