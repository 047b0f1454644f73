/*
 * shows: Stores the address of a path as if the path were there.
 * not: E12
 */
struct s { char name[64]; };
BPF_HASH(t, u64, struct s);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0;

	t.update(&k, (struct s *)args->pathname);
	return 0;
}
