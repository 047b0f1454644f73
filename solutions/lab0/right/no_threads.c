/*
 * right: Leaves out threads: only new processes are announced.
 */

#define CLONE_THREAD 0x00010000

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	if (args->clone_flags & CLONE_THREAD)
		return 0;

	bpf_trace_printk("Hello, World!");
	return 0;
}
