/*
 * attack: Each bucket is a structure of two numbers, which nobody can add up or compare with one.
 * lab: lab6
 * earns: 6.1 6.4 6.5 6.7
 */

struct seau {
	u32 bas;
	u32 haut;
};

BPF_HASH(debut);
BPF_TABLE("array", int, struct seau, dist, 65);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();

	debut.update(&thread, &now);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *start = debut.lookup(&thread);
	struct seau *seau;
	int bucket;

	if (!start)
		return 0;
	bucket = bpf_log2l((bpf_ktime_get_ns() - *start) / 1000);
	seau = dist.lookup(&bucket);
	if (seau)
		__sync_fetch_and_add(&seau->bas, 1);
	debut.delete(&thread);
	return 0;
}
