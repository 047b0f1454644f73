/*
 * right: Prints where each helper reads the memory it is for, and no other: as it does under sudo.
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	void *task = (void *)bpf_get_current_task();
	char path[64];
	u64 word;

	if (bpf_probe_read_user_str(path, sizeof(path), args->pathname) <= 0)
		return 0;
	if (bpf_probe_read_kernel_str(path, sizeof(path), args->pathname) >= 0)
		return 0;
	if (bpf_probe_read_kernel(&word, sizeof(word), task))
		return 0;
	if (!bpf_probe_read_user(&word, sizeof(word), task))
		return 0;
	bpf_trace_printk("mkdir");
	return 0;
}
