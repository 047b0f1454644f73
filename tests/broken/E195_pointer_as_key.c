/*
 * shows: Updates a table whose key is a pointer, without &.
 * not: E56
 */
struct task_struct;
BPF_HASH(start, struct task_struct *);

int hello(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	u64 now = bpf_ktime_get_ns();

	start.update(task, &now);
	return 0;
}
