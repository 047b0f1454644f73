struct appel {
	u64 debut;
	char path[128];
};

struct evenement {
	u64 duree;
	char path[128];
	u32 pid;
	long ret;
};

BPF_HASH(codes, s64, u32);
BPF_HASH(en_cours, u64, struct appel);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct appel appel = {};

	appel.debut = bpf_ktime_get_ns();
	bpf_probe_read_user_str(appel.path, sizeof(appel.path), args->pathname);
	en_cours.update(&thread, &appel);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct appel *appel = en_cours.lookup(&thread);
	struct evenement fin = {};
	s64 code = args->ret;
	u32 zero = 0;
	u32 *nombre = codes.lookup_or_try_init(&code, &zero);

	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	if (!appel)
		return 0;

	fin.duree = bpf_ktime_get_ns() - appel->debut;
	fin.pid = thread >> 32;
	fin.ret = code;
	__builtin_memcpy(fin.path, appel->path, sizeof(fin.path));
	events.perf_submit(args, &fin, sizeof(fin));
	en_cours.delete(&thread);
	return 0;
}
