struct evenement {
	u32 pid;
	char comm[16];
};

BPF_PERF_OUTPUT(evenements);
BPF_PERCPU_ARRAY(place, struct evenement, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int index = 0;
	struct evenement *e = place.lookup(&index);

	if (!e)
		return 0;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
