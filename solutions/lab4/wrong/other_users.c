/*
 * wrong: Takes all users but its own for root.
 * loses: 4.3 fail, 4.5 blocked
 * says: right uid
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
	evenement.uid = (u32)bpf_get_current_uid_gid() == 65534 ? 65534 : 0;
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = args->mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
