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

	if (!m)
		return 0;
	if (mode <= MODES - 1)
		lock_xadd(&m->nombre[mode], 1);
	return 0;
}
