/*
 * wrong: In a TRACEPOINT_PROBE the context is called args, not ctx.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: the context is args
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir with mode %x", ctx->mode);
	return 0;
}
