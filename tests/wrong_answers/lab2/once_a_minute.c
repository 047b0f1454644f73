/*
 * wrong: At most one event a minute, so that the output stays short.
 * loses: 2.2 fail, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: The first event was reported, and none after it
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

	data.timestamp_mkdir = bpf_ktime_get_ns();
	if (!before || data.timestamp_mkdir - *before < 60000000000)
		return 0;

	*before = data.timestamp_mkdir;
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
