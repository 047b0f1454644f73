/*
 * Counts directories by their mode: each mkdir whose mode is 0 to 0777 adds one to
 * modes[0].nombre[mode]. The others, such as 01755, are not counted.
 */

/*
 * TODO 9.2: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

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
	if (mode > MODES)
		return 0;
	__sync_fetch_and_add(&m->nombre[mode], 1);
	return 0;
}
