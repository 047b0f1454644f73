/*
 * shows: Uses the length of a task's name without the header that defines it.
 * not: E03
 */
struct data_t { u32 pid; char comm[TASK_COMM_LEN]; };
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t d = {};
	bpf_get_current_comm(&d.comm, sizeof(d.comm));
	events.perf_submit(ctx, &d, sizeof(d));
	return 0;
}
