/*
 * wrong: Counts 01755 at 0755, by a mask in place of a bound.
 * loses: 9.2 fail
 * says: more than the comment
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
	__sync_fetch_and_add(&m->nombre[mode & 0777], 1);
	return 0;
}
