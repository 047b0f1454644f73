/*
 * attack: An LSM program that forbids mkdir, and calls no helper for it.
 * earns: 0
 */

LSM_PROBE(path_mkdir, const struct path *dir, struct dentry *dentry, umode_t mode)
{
	return -13;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
