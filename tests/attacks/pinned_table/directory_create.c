/*
 * attack: Declares a table that is pinned.
 * earns: 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8
 */

BPF_TABLE_PINNED("hash", u64, u64, kept, 16, "/sys/fs/bpf/labebpf-attack");

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
