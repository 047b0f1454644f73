/*
 * wrong: Submits one event for each process, for its first directory.
 * loses: 4.2 fail, 4.3 blocked, 4.4 blocked, 4.5 blocked, 4.6 blocked, 4.7 blocked
 * says: must submit one event
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);

BPF_HASH(done, u32, u32);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};
	u32 one = 1;

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	if (done.lookup(&evenement.pid))
		return 0;

	done.update(&evenement.pid, &one);
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = args->mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
