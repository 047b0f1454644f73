// BEGIN SOLUTION 8.1 8.2 8.3
//| /*
//|  * TODO 8.1: declare struct evenement, with the fields u32 pid, u32 uid and char comm[16], the
//|  * perf buffer events, and the array cible of two u64.
//|  *
//|  * TODO 8.2: at each mkdir, submit one such structure to events: who makes the directory.
//|  *
//|  * TODO 8.3: submit it only if cible lets it pass. cible[0] is for the pid, cible[1] for the uid:
//|  * 0 lets everybody pass, n + 1 lets n alone pass.
//|  */
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
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
// END SOLUTION
