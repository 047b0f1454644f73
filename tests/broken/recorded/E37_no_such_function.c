/*
 * shows: Is for a function that the kernel does not have.
 * recorded: 6.12/0.31
 */
int kprobe__vfs_make_directory(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}
