/*
 * attack: Each mkdir leaves a count and an event for every error that there could be.
 * lab: lab5
 * earns: 5.1 5.5 5.6 5.7
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

	if (!debut)
		return 0;
	fin = *debut;
	for (int code = 0; code > -40; code--) {
		int key = code;

		codes.atomic_increment(key);
		fin.ret = code;
		events.perf_submit(args, &fin, sizeof(fin));
	}
	en_cours.delete(&thread);
	return 0;
}
