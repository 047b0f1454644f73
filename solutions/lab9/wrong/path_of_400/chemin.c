/*
 * wrong: Makes room for 400 bytes of the path.
 * loses: 9.4 fail
 * says: comment at its top
 */

struct evenement {
	u32 pid;
	char chemin[400];
};

BPF_PERF_OUTPUT(evenements);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{

	struct evenement evenement = {};
	struct evenement *e = &evenement;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
