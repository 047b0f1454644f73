/*
 * right: Keeps events in tables, an array that all CPUs share among them.
 */

struct evenement {
	u32 pid;
	char chemin[600];
};

BPF_PERF_OUTPUT(evenements);
BPF_ARRAY(place, struct evenement, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{

	int index = 0;
	struct evenement *e = place.lookup(&index);

	if (!e)
		return 0;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
