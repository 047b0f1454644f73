/*
 * right: Keeps the event from the entry, and submits it on the exit.
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);
BPF_HASH(en_cours, u64, struct evenement);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};
	u64 tache = bpf_get_current_pid_tgid();

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = args->mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	en_cours.update(&tache, &evenement);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 tache = bpf_get_current_pid_tgid();
	struct evenement *evenement = en_cours.lookup(&tache);

	if (!evenement)
		return 0;

	events.perf_submit(args, evenement, sizeof(*evenement));
	en_cours.delete(&tache);
	return 0;
}
