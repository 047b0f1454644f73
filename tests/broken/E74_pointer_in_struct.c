/*
 * shows: Copies a path by its pointer into an event, which has an array.
 */
struct data_t {
	char path[64];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct data_t data = {};

	data.path = args->pathname;
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
