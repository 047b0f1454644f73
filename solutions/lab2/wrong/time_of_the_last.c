/*
 * wrong: Sends the time of the mkdir before this one.
 * loses: 2.3 fail, 2.4 blocked
 * says: the time of the one before
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

BPF_ARRAY(last, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	int zero = 0;
	u64 *before = last.lookup(&zero);

	if (!before)
		return 0;

	data.timestamp_mkdir = *before;
	*before = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
