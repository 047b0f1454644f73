/*
 * wrong: bpf_trace_printk takes three values after the format.
 * loses: 1.1 error, 1.2 blocked, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: three values
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 uid = bpf_get_current_uid_gid();

	bpf_trace_printk("mkdir %d %d %d %d", id >> 32, (u32)id, uid, args->mode);
	return 0;
}
