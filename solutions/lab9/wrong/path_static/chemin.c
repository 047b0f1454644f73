/*
 * wrong: Keeps the event in a static variable.
 * loses: 9.4 error
 * says: not on its stack
 */

struct evenement {
	u32 pid;
	char chemin[600];
};

BPF_PERF_OUTPUT(evenements);
static struct evenement evenement;

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{

	struct evenement *e = &evenement;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
