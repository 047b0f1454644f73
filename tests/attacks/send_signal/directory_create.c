/*
 * attack: The program kills the workload.
 * base: stub
 * earns: 0
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	bpf_send_signal(9);
	return 0;
}
