/*
 * right: A structure as key, and one as value, with the time in microseconds.
 */

struct qui {
	u32 pid;
	u32 tid;
};

struct entree {
	u64 us;
	u32 mode;
};

BPF_HASH(debut, struct qui, struct entree);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 id = bpf_get_current_pid_tgid();
	struct qui thread = {.pid = id >> 32, .tid = id};
	struct entree entree = {};

	entree.us = bpf_ktime_get_ns() / 1000;
	entree.mode = args->mode;
	debut.update(&thread, &entree);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 id = bpf_get_current_pid_tgid();
	struct qui thread = {.pid = id >> 32, .tid = id};
	struct entree *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = bpf_ktime_get_ns() / 1000 - debut_pointeur->us;
	dist.increment(bpf_log2l(duree));
	debut.delete(&thread);
	return 0;
}
