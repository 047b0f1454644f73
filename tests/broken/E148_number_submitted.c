/*
 * shows: Submits a number in place of its address.
 * not: E12
 */
struct data_t { u64 ts; };
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t d = { .ts = bpf_ktime_get_ns() };

	events.perf_submit(ctx, d.ts, sizeof(d));
	return 0;
}
