/*
 * wrong: Sees only the command mkdir, not the system call of other programs.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: a condition in it lets none of them pass
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char comm[16];

	bpf_get_current_comm(&comm, sizeof(comm));
	if (comm[0] != 'm' || comm[1] != 'k' || comm[2] != 'd')
		return 0;

	bpf_trace_printk("mkdir");
	return 0;
}
