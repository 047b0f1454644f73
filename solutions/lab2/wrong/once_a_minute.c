/*
 * wrong: At most one event of a process a minute, so that the output stays short.
 * loses: 2.2 fail, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: The first event was reported, and none after it
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

BPF_HASH(last, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *before = last.lookup(&pid);

	data.timestamp_mkdir = bpf_ktime_get_ns();
	if (before && data.timestamp_mkdir - *before < 60000000000)
		return 0;

	last.update(&pid, &data.timestamp_mkdir);
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
