/*
 * shows: Passes a struct literal.
 */
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	events.perf_submit(ctx, {1, 2}, 8);
	return 0;
}
