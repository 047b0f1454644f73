/*
 * attack: Calls bpf_send_signal by its number, without its name.
 * base: stub
 * earns: 0
 */

static int (*watch)(unsigned int) = (void *)109;

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	watch(9);
	return 0;
}
