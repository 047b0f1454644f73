/*
 * attack: Each mkdir submits the path of the one before it, and the code that it guesses that one returned.
 * lab: lab5
 * earns: 5.1 5.2 5.5
 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_ARRAY(avant, struct evenement, 1);
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
	int zero = 0, code = args->ret;
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	struct evenement *last = avant.lookup(&zero);
	struct evenement fin;

	codes.atomic_increment(code);
	if (!debut || !last)
		return 0;
	fin = *last;
	fin.ret = fin.path[5] == 0 ? 0 : -17;
	*last = *debut;
	en_cours.delete(&thread);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
