/*
 * right: The message names the process that calls clone.
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	bpf_trace_printk("Hello, World! from %d", pid);
	return 0;
}
