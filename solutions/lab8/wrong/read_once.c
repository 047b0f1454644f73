/*
 * wrong: Keeps what cible held at the first mkdir.
 * loses: 8.3 fail, 8.4 blocked, 8.5 blocked
 * says: Read cible in the BPF function
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);
BPF_ARRAY(cible, u64, 2);
BPF_HASH(gardes, u32, u64);

static inline int passe(int index, u64 numero)
{
	u32 place = index;
	u64 *actuel = cible.lookup(&index);
	u64 *voulu;

	if (!actuel)
		return 0;
	voulu = gardes.lookup_or_try_init(&place, actuel);

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
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
