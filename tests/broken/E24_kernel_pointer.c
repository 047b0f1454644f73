/*
 * shows: Follows a pointer into the memory of the kernel.
 */
int hello(void *ctx)
{
	u64 task = bpf_get_current_task();
	u64 first = *(volatile u64 *)task;

	bpf_trace_printk("%llx\n", first);
	return 0;
}
