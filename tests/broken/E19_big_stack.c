/*
 * shows: A local array of 600 bytes.
 * not: E176
 * not: E17
 */
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	char name[600] = {};

	bpf_get_current_comm(&name, 16);
	events.perf_submit(ctx, &name, sizeof(name));
	return 0;
}
