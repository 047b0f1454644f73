/*
 * wrong: Keeps the times in another table than debut.
 * loses: 6.5 fail
 * says: no entry while a mkdir is under way
 */

BPF_HASH(debut);
BPF_HASH(entrees);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	entrees.update(&thread, &maintenant);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *debut_pointeur = entrees.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.increment(bpf_log2l(duree));
	entrees.delete(&thread);
	return 0;
}
