/*
 * right: Plain functions in both programs, which the script attaches.
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

int tracer(struct tracepoint__syscalls__sys_enter_mkdir *args)
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
