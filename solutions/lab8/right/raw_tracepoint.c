/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#define NR_MKDIR 83 /* on x86-64 */

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

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct evenement evenement = {};

	if (ctx->args[1] != NR_MKDIR)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	if (!passe(0, evenement.pid) || !passe(1, evenement.uid))
		return 0;
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	events.perf_submit(ctx, &evenement, sizeof(evenement));
	return 0;
}
