/*
 * shows: Submits what lookup() gave without a test for NULL.
 */
struct data_t {
	u64 time;
	char comm[16];
};
BPF_HASH(en_cours, u64, struct data_t);
BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	u64 tid = bpf_get_current_pid_tgid();
	struct data_t *data = en_cours.lookup(&tid);

	events.perf_submit(ctx, data, sizeof(*data));
	en_cours.delete(&tid);
	return 0;
}
