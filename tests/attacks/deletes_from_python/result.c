/*
 * attack: The program never takes a thread out of the table; the script does, over and over.
 * lab: lab5
 * earns: 5.1 5.2 5.3 5.4 5.6 5.7
 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement debut = {};

	bpf_probe_read_user_str(debut.path, sizeof(debut.path), args->pathname);
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
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
