/*
 * shows: Asks for the task's name at a pointer that nothing has set.
 * not: verifier
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 now = bpf_ktime_get_ns();
	char *name;

	bpf_get_current_comm(name, 16);
	bpf_trace_printk("%s %llu\n", name, now);
	return 0;
}
