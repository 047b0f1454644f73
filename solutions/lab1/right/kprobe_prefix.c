/*
 * right: A kprobe on the function that does the work of mkdir.
 * kernel: kprobes
 */

int kprobe__do_mkdirat(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}
