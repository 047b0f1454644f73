/*
 * right: A raw tracepoint on all system calls that picks out clone by its number.
 */

#define NR_CLONE 56 /* on x86-64 */

RAW_TRACEPOINT_PROBE(sys_enter)
{
	if (ctx->args[1] == NR_CLONE)
		bpf_trace_printk("Hello, World!");
	return 0;
}
