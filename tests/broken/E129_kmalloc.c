/*
 * shows: Asks the kernel for memory.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char *p = kmalloc(16, 0);

	if (p)
		bpf_trace_printk("x");
	return 0;
}
