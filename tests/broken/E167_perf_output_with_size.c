/*
 * shows: Gives the buffer a size.
 */
BPF_PERF_OUTPUT(events, 64);

int hello(void *ctx)
{
	return 0;
}
