/*
 * wrong: Submits one event for each process, for its first directory.
 * loses: 2.2 fail, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: The first event was reported, and none after
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

BPF_HASH(done, u32, u32);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};
	u32 pid = bpf_get_current_pid_tgid() >> 32, one = 1;

	if (done.lookup(&pid))
		return 0;

	done.update(&pid, &one);
	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
