/*
 * right: Compares the name as two numbers of 64 bits.
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};
	u64 *mots = (u64 *)&evenement.comm;

	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	if (mots[0] != {{ mots[0] }}ULL || mots[1] != {{ mots[1] }}ULL)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
