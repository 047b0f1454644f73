/*
 * right: Adds atomically, so that no count is lost, and keeps the thread alone as the key.
 */

BPF_HASH(debut, u32);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.atomic_increment(bpf_log2l(duree));
	debut.delete(&thread);
	return 0;
}
