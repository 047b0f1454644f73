/*
 * wrong: Tests the address for NULL, and follows it.
 * loses: 9.5 error
 * says: only a number
 */

BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char premier = 0;
	u32 absolu;
	if (args->pathname)
		premier = *args->pathname;
	absolu = premier == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
