/*
 * wrong: Submits when the call begins, when nobody knows how it ends.
 * loses: 5.3 fail, 5.4 blocked, 5.5 blocked, 5.6 blocked, 5.7 blocked
 * says: when the mkdir ends
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
	events.perf_submit(args, &debut, sizeof(debut));
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	int code = args->ret;

	codes.atomic_increment(code);
	if (!debut)
		return 0;

	en_cours.delete(&thread);
	return 0;
}
