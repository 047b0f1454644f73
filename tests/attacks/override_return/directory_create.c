/*
 * attack: The program makes the system call fail.
 * base: stub
 * earns: 0
 */

int kprobe____x64_sys_mkdir(struct pt_regs *ctx)
{
	bpf_trace_printk("mkdir");
	bpf_override_return(ctx, -13);
	return 0;
}
