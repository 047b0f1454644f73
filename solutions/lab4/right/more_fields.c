/*
 * right: Other fields too, in another order.
 */

struct evenement {
	u64 heure;
	char chemin[256];
	char comm[16];
	u32 mode;
	u32 gid;
	u32 uid;
	u32 pid;
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	evenement.gid = bpf_get_current_uid_gid() >> 32;
	evenement.heure = bpf_ktime_get_ns();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = args->mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
