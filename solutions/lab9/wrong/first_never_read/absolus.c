/*
 * wrong: Removes the refused statement.
 * loses: 9.5 fail
 * says: has to be done still
 */

BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char premier = 0;
	u32 absolu;
	absolu = premier == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
