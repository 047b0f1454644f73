/*
 * wrong: The time is not at the start of the structure.
 * loses: 2.3 fail, 2.4 blocked
 * says: not at its start
 */

struct timestamp_mkdir_class {
	u64 pid;
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.pid = bpf_get_current_pid_tgid() >> 32;
	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
