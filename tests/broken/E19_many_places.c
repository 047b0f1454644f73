/*
 * shows: Gives each local array many bytes.
 * not: E176
 * not: E17
 */
int hello(void *ctx)
{
	char a[300] = {};
	char b[300] = {};

	bpf_get_current_comm(&a, sizeof(a));
	bpf_get_current_comm(&b, sizeof(b));
	bpf_trace_printk("%s %s", a, b);
	return 0;
}
