/*
 * wrong: There is no kernel function of this name.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: does not exist in this kernel
 * kernel: kprobes
 */

int kprobe__sys_makedir(void *ctx)
{
	bpf_trace_printk("mkdir");
	return 0;
}
