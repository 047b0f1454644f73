/*
 * wrong: The hole after pid is sent as it was on the kernel's stack.
 * loses: 2.3 fail
 * says: its padding too
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
	u32 pid;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data;

	data.timestamp_mkdir = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
