/*
 * shows: Puts user memory into a table.
 */
struct s { char name[16]; };
BPF_HASH(t, u64, struct s);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0;

	t.update(&k, (struct s *)args->pathname);
	return 0;
}
