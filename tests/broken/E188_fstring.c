/*
 * shows: Formats as in Python.
 * not: E03
 */
int hello(void *ctx)
{
	u64 n = 1;

	bpf_trace_printk(f"n = {n}");
	return 0;
}
