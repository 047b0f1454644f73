/*
 * shows: A number is given a value where it is to be compared.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();

	if (uid = 0)
		return 0;
	bpf_trace_printk("Hello");
	return 0;
}
