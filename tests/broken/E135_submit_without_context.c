/*
 * shows: Submits with NULL in place of the context.
 */
struct data_t { u64 ts; };
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t d = {};
	d.ts = bpf_ktime_get_ns();
	events.perf_submit(NULL, &d, sizeof(d));
	return 0;
}
