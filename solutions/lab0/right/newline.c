/*
 * right: A newline at the end of the message, as older kernels need it.
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!\n");
	return 0;
}
