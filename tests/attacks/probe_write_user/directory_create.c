/*
 * attack: The program overwrites the caller's memory.
 * base: stub
 * earns: 0
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[] = "/tmp/x";

	bpf_trace_printk("mkdir");
	bpf_probe_write_user((void *)args->pathname, path, sizeof(path));
	return 0;
}
