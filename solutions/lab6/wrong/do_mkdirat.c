/*
 * wrong: Times the function that is called once the path is read: what that took is missing.
 * loses: 6.3 fail, 6.4 blocked, 6.6 blocked
 * says: buckets of their durations
 * kernel: kprobes
 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

int kprobe__do_mkdirat(void *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

int kretprobe__do_mkdirat(void *ctx)
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
