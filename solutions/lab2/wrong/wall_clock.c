/*
 * wrong: A clock that counts from 1970, not from the start of the machine.
 * loses: 2.3 fail, 2.4 blocked
 * says: the time of day
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_tai_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
