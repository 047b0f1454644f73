/*
 * right: Finds the bucket by itself.
 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

static inline int seau(u64 duree)
{
	int seau = 1;

	for (int tour = 0; tour < 40; tour++) {
		if (duree < 2)
			break;
		duree >>= 1;
		seau++;
	}
	return seau;
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.increment(seau(duree));
	debut.delete(&thread);
	return 0;
}
