/*
 * wrong: Two messages for one mkdir.
 * loses: 1.2 fail
 * says: exactly twice
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	bpf_trace_printk("mode %x", args->mode);
	return 0;
}
