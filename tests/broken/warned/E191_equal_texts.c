/*
 * shows: Two texts compared by their addresses.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char comm[16];

	bpf_get_current_comm(&comm, sizeof(comm));
	if (comm == "mkdir")
		bpf_trace_printk("Hello");
	return 0;
}
