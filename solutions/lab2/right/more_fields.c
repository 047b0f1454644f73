/*
 * right: More fields after the time, all of them initialised.
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
	u32 pid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	data.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
