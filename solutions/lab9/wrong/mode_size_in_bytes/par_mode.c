/*
 * wrong: Takes the number of bytes for that of the elements.
 * loses: 9.2 error
 * says: of a table's value
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
	if (mode >= sizeof(m->nombre))
		return 0;
	__sync_fetch_and_add(&m->nombre[mode], 1);
	return 0;
}
