/*
 * right: A kprobe and a kretprobe on the function of the system call.
 * kernel: kprobes
 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

int kprobe____x64_sys_mkdir(void *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

int kretprobe____x64_sys_mkdir(void *ctx)
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
