/*
 * shows: Compares with strcmp.
 */
int hello(void *ctx)
{
	char name[16];

	bpf_get_current_comm(&name, sizeof(name));
	if (strcmp(name, "mkdir") == 0)
		bpf_trace_printk("it");
	return 0;
}
