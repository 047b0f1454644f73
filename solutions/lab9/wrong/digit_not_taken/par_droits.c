/*
 * wrong: Removes the refused statement.
 * loses: 9.8 fail
 * says: has to be done still
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;
	chiffre = args->mode;
	droits.atomic_increment(chiffre);
	return 0;
}
