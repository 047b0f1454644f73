/*
 * shows: Fills an array with another where it is declared.
 * not: E18
 */
int hello(void *ctx)
{
	char a[4] = "abc";
	char b[4] = a;
	bpf_trace_printk("%s\n", b);
	return 0;
}
