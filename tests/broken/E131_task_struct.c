/*
 * shows: Reads a member of a task without the header that defines it.
 * not: E132
 */
int hello(void *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task();
	bpf_trace_printk("%d\n", t->pid);
	return 0;
}
