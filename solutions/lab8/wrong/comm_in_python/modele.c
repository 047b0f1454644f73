/*
 * wrong: Loads the same program for each name, and drops the others in Python.
 * loses: 8.6 fail, 8.7 blocked
 * says: in the BPF program
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};

	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
