/*
 * wrong: Prints for the first directory only.
 * loses: 1.2 fail, 1.3 blocked, 1.4 blocked, 1.5 blocked
 * says: a condition in it lets none of them pass
 */

BPF_ARRAY(seen, u32, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int zero = 0;
	u32 *found = seen.lookup(&zero);

	if (!found || *found)
		return 0;

	*found = 1;
	bpf_trace_printk("mkdir");
	return 0;
}
