/*
 * shows: Reads the registers without including their header.
 */
int kprobe__do_mkdirat(struct pt_regs *ctx)
{
	u64 first = PT_REGS_PARM1(ctx);

	bpf_trace_printk("%llx\n", first);
	return 0;
}
