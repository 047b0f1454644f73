/*
 * right: The structure is cleared with memset and filled by a pointer.
 */

struct timestamp_mkdir_class {
	u64 timestamp_mkdir;
};

BPF_PERF_OUTPUT(events);

static inline void horodater(struct timestamp_mkdir_class *data)
{
	__builtin_memset(data, 0, sizeof(*data));
	data->timestamp_mkdir = bpf_ktime_get_ns();
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct timestamp_mkdir_class data;

	horodater(&data);
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
