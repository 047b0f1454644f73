/*
 * right: The original course's way: a kprobe by the function's name.
 * kernel: kprobes
 */

int kprobe__sys_clone(void *ctx)
{
	bpf_trace_printk("Hello, World!");
	return 0;
}
