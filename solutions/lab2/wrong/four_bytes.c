/*
 * wrong: A field of 4 bytes keeps half of the time.
 * loses: 2.3 fail, 2.4 blocked
 * says: too short to hold a u64
 */

struct timestamp_mkdir_class {
	u32 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
