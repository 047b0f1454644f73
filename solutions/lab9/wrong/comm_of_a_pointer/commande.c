/*
 * wrong: Takes the size of a pointer, which is 8.
 * loses: 9.6 fail
 * says: does not do what the comment at its top says
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
	char *p = e.comm;

	bpf_get_current_comm(p, sizeof(p));
	evenements.perf_submit(args, &e, sizeof(e));
	return 0;
}
