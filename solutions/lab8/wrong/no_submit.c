/*
 * wrong: Fills the event and never submits it.
 * loses: 8.2 fail, 8.3 blocked, 8.4 blocked, 8.5 blocked, 8.8 blocked
 * says: never calls perf_submit()
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);
BPF_ARRAY(cible, u64, 2);

static inline int passe(int index, u64 numero)
{
	u64 *voulu = cible.lookup(&index);

	return voulu && (*voulu == 0 || *voulu == numero + 1);
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	if (!passe(0, evenement.pid) || !passe(1, evenement.uid))
		return 0;
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	return 0;
}
