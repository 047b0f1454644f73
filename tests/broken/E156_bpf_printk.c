/*
 * shows: Prints with the macro of libbpf.
 */
int hello(void *ctx)
{
	bpf_printk("mkdir");
	return 0;
}
