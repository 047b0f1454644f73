/*
 * shows: A constant whose header is not included.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char comm[TASK_COMM_LEN];

	bpf_get_current_comm(&comm, sizeof(comm));
	bpf_trace_printk("%s", comm);
	return 0;
}
