/*
 * wrong: Submits the address of the path.
 * loses: 5.3 fail, 5.4 blocked, 5.5 blocked, 5.6 blocked, 5.7 blocked
 * says: without any pointer
 */

struct evenement {
	int ret;
	const char *path;
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement debut = {};

	debut.path = args->pathname;
	en_cours.update(&thread, &debut);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	struct evenement fin;
	int code = args->ret;

	codes.atomic_increment(code);
	if (!debut)
		return 0;

	fin = *debut;
	fin.ret = code;
	en_cours.delete(&thread);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
