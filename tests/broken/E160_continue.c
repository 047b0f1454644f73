/*
 * shows: Goes on in a loop that is none.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n > 3)
		continue;
	return 0;
}
