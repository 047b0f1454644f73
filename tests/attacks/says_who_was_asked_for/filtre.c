/*
 * attack: Leaves nobody out: each event says that it is of the process and the user that were asked for.
 * lab: lab8
 * earns: 8.1 8.2 8.6 8.7 8.8
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);
BPF_ARRAY(cible, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int pid = 0, uid = 1;
	u64 *one = cible.lookup(&pid), *other = cible.lookup(&uid);
	struct evenement evenement = {};

	if (!one || !other)
		return 0;
	evenement.pid = *one ? *one - 1 : bpf_get_current_pid_tgid() >> 32;
	evenement.uid = *other ? *other - 1 : bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
