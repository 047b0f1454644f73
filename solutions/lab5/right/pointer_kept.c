/*
 * right: Keeps the address of the path, and reads the path when the call ends.
 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, u64);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 pathname = (u64)args->pathname;

	en_cours.update(&thread, &pathname);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *pathname = en_cours.lookup(&thread);
	struct evenement fin = {};

	if (!pathname)
		return 0;

	fin.ret = args->ret;
	bpf_probe_read_user_str(fin.path, sizeof(fin.path), (void *)*pathname);
	en_cours.delete(&thread);
	codes.atomic_increment(fin.ret);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
