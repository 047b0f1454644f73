/*
 * wrong: Cuts the name to 7 characters.
 * loses: 9.6 fail
 * says: comment at its top
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
	bpf_get_current_comm(&e.comm, 8);
	evenements.perf_submit(args, &e, sizeof(e));
	return 0;
}
