/*
 * Tells which command makes each directory: each mkdir submits an event to evenements, with the
 * pid of the process and the name of its command.
 */

/*
 * TODO 9.6: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

struct evenement {
	u32 pid;
	char comm[16];
};

BPF_PERF_OUTPUT(evenements);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement e = {};

	e.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e.comm, 64);
	evenements.perf_submit(args, &e, sizeof(e));
	return 0;
}
