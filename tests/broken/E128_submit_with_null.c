/*
 * shows: Submits with NULL in place of the context.
 */
struct data_t { u64 ts; };
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct data_t d = {};

	events.perf_submit(NULL, &d, sizeof(d));
	return 0;
}
