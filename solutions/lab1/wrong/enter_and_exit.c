/*
 * wrong: Two probes, on the entry and on the exit: two lines for each mkdir.
 * loses: 1.2 fail
 * says: exactly twice
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	bpf_trace_printk("done");
	return 0;
}
