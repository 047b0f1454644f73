/*
 * right: A kprobe on the kernel's function for clone, attached by the script.
 * kernel: kprobes
 */

int hello(void *ctx)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}
