/*
 * shows: Assigns to a call.
 */
int hello(void *ctx)
{
	bpf_ktime_get_ns() = 1;
	return 0;
}
