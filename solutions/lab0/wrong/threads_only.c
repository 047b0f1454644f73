/*
 * wrong: The test for CLONE_THREAD is inverted: only threads are announced.
 * loses: 0.2 fail, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: a condition in it lets none of them pass
 */

#define CLONE_THREAD 0x00010000

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	if (!(args->clone_flags & CLONE_THREAD))
		return 0;

	bpf_trace_printk("Hello, World!");
	return 0;
}
