// BEGIN SOLUTION 5.1 5.2 5.3 5.4 5.5
//| /*
//|  * TODO 5.1: declare struct evenement, with the fields ret, which is signed, and path, 64 characters;
//|  * the hash table codes, whose keys are signed; the hash table en_cours; the perf buffer events.
//|  *
//|  * TODO 5.4: when a mkdir begins, keep its path, or the address of it, in en_cours, at a key that
//|  * says which thread it is.
//|  *
//|  * TODO 5.2: when a mkdir ends, add one in codes, at the code that it returns.
//|  *
//|  * TODO 5.3: then find the path that its thread has in en_cours, and submit code and path to events.
//|  *
//|  * TODO 5.5: take the thread out of en_cours.
//|  */
struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

// END SOLUTION
// BEGIN SOLUTION 5.3 5.4
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement debut = {};

	bpf_probe_read_user_str(debut.path, sizeof(debut.path), args->pathname);
	en_cours.update(&thread, &debut);
	return 0;
}

// END SOLUTION
// BEGIN SOLUTION 5.2 5.3 5.4 5.5
TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	struct evenement fin;
	int code = args->ret;

	codes.atomic_increment(code);
	/* A mkdir that had begun before the program was attached has no entry. */
	if (!debut)
		return 0;

	fin = *debut;
	fin.ret = code;
	en_cours.delete(&thread);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
// END SOLUTION
