/*
 * attack: An LSM program that forbids mkdir, and calls no helper for it.
 * base: stub
 * earns: 0
 */

int lsm__path_mkdir(void *ctx)
{
	return -13;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	return 0;
}
