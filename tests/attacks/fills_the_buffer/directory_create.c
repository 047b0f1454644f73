/*
 * attack: Each mkdir leaves two thousand lines, so that older records are overwritten.
 * base: stub
 * earns: 1.1 1.3
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	for (int i = 0; i < 2000; i++)
		bpf_trace_printk("mkdir of a directory with a very long message in the trace, %d", i);
	return 0;
}
