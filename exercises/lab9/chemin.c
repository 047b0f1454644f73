/*
 * Sends each path, up to 599 bytes of it: each mkdir submits an event to evenements, with the pid
 * of the process and the path.
 */

/*
 * TODO 9.4: this program does not get as far as the verifier. Read why, and mend it: it has to
 * load, and to do what is said above.
 */

struct evenement {
	u32 pid;
	char chemin[600];
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
