struct evenement {
	u32 pid;
	char chemin[1024];
};

BPF_PERF_OUTPUT(evenements);
BPF_PERCPU_ARRAY(tampon, struct evenement, 4);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{

	u32 index = 0;
	struct evenement *e = tampon.lookup(&index);

	if (!e)
		return 0;

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
