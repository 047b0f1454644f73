/*
 * wrong: Parts the array in two, which need as much room.
 * loses: 9.4 error
 * says: 512 bytes of stack
 */

struct evenement {
	u32 pid;
	char chemin[300];
	char suite[300];
};

BPF_PERF_OUTPUT(evenements);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{

	struct evenement evenement;
	struct evenement *e = &evenement;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
