/*
 * wrong: The process as the key: its threads share it.
 * loses: 6.4 fail, 6.6 blocked
 * says: mixed up
 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid() >> 32;
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid() >> 32;
	u64 *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.increment(bpf_log2l(duree));
	debut.delete(&thread);
	return 0;
}
