/*
 * wrong: A ring buffer, where a perf buffer is asked for.
 * loses: 2.1 fail, 2.2 blocked, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: declared with BPF_RINGBUF_OUTPUT
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_RINGBUF_OUTPUT(events, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data = {};

	data.timestamp_mkdir = bpf_ktime_get_ns();
	events.ringbuf_output(&data, sizeof(data), 0);
	return 0;
}
