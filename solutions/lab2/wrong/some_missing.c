/*
 * wrong: Submits no event for every third directory.
 * loses: 2.2 fail, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: Each mkdir must submit one event
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

BPF_ARRAY(calls, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	int first = 0;
	u64 *n = calls.lookup(&first);

	if (!n || __sync_fetch_and_add(n, 1) % 3 == 2)
		return 0;

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
