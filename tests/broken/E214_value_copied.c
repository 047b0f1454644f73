/*
 * shows: Copies what lookup() gave into another table without a test for NULL.
 */
BPF_HASH(debut);
BPF_HASH(copie);

int hello(void *ctx)
{
	u64 tid = bpf_get_current_pid_tgid();
	u64 *t = debut.lookup(&tid);

	copie.update(&tid, t);
	return 0;
}
