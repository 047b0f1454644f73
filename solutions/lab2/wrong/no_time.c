/*
 * wrong: The time is never put into the structure.
 * loses: 2.3 fail, 2.4 blocked
 * says: The time is 0
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
