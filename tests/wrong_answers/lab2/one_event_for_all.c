/*
 * wrong: Submits one event, for the first directory.
 * loses: 2.2 fail, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: The first event was reported, and none after
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

BPF_ARRAY(done, u32, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	int zero = 0;
	u32 *submitted = done.lookup(&zero);

	if (!submitted || *submitted)
		return 0;

	*submitted = 1;
	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
