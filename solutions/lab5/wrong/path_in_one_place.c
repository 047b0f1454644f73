/*
 * wrong: The path of all threads is in one place, beside a table of the threads.
 * loses: 5.4 fail, 5.5 blocked
 * says: are mixed up
 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, u32);
BPF_ARRAY(dernier, struct evenement, 1);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement debut = {};
	int zero = 0;
	u32 oui = 1;

	bpf_probe_read_user_str(debut.path, sizeof(debut.path), args->pathname);
	dernier.update(&zero, &debut);
	en_cours.update(&thread, &oui);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	int zero = 0;
	struct evenement *debut = dernier.lookup(&zero);
	struct evenement fin;
	int code = args->ret;

	codes.atomic_increment(code);
	if (!debut || !en_cours.lookup(&thread))
		return 0;

	fin = *debut;
	fin.ret = code;
	en_cours.delete(&thread);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
