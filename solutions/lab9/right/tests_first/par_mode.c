#define MODES 512

struct modes {
	u64 nombre[MODES];
};

BPF_ARRAY(modes, struct modes, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 index = 0;
	u64 mode = args->mode;
	struct modes *m = modes.lookup(&index);

	if (!m || mode > 0777)
		return 0;
	m->nombre[mode]++;
	return 0;
}
