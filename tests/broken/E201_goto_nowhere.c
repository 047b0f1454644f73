/*
 * shows: Goes to a label that is not there.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	if (n)
		goto done;
	return 0;
}
