/*
 * shows: Asks a void pointer for a member.
 */
int hello(void *ctx)
{
	bpf_trace_printk("%x\n", ctx->mode);
	return 0;
}
