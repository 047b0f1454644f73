/*
 * shows: Quotes as a word processor types them.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk(“Hello, World!\n”);
	return 0;
}
