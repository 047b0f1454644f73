/*
 * right: Raw tracepoints on all system calls: what returns is a mkdir if debut has its thread.
 */

#define NR_MKDIR 83 /* on x86-64 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	if (ctx->args[1] != NR_MKDIR)
		return 0;

	debut.update(&thread, &maintenant);
	return 0;
}

RAW_TRACEPOINT_PROBE(sys_exit)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.increment(bpf_log2l(duree));
	debut.delete(&thread);
	return 0;
}
