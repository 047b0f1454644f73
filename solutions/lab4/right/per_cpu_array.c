/*
 * right: Builds the event in a per-CPU array, and not on the stack.
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);
BPF_PERCPU_ARRAY(place, struct evenement, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int zero = 0;
	struct evenement *evenement = place.lookup(&zero);

	if (!evenement)
		return 0;

	evenement->pid = bpf_get_current_pid_tgid() >> 32;
	evenement->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement->comm, sizeof(evenement->comm));
	evenement->mode = args->mode;
	bpf_probe_read_user_str(&evenement->chemin, sizeof(evenement->chemin), args->pathname);
	events.perf_submit(args, evenement, sizeof(*evenement));
	return 0;
}
