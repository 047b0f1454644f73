/*
 * wrong: A second field is declared, never set, and sent.
 * loses: 2.3 fail
 * says: A part of the event is never set
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
	u64 duree;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data;

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
