/*
 * shows: Copies with strncpy.
 * not: E133
 */
int hello(void *ctx)
{
	char name[16];

	strncpy(name, "mkdir", 16);
	bpf_trace_printk("%s", name);
	return 0;
}
