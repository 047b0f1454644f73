/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#define NR_MKDIR 83 /* on x86-64 */

RAW_TRACEPOINT_PROBE(sys_enter)
{
	if (ctx->args[1] != NR_MKDIR)
		return 0;

	bpf_trace_printk("mkdir");
	return 0;
}
