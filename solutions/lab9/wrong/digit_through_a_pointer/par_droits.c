/*
 * wrong: Writes to the context through a pointer.
 * loses: 9.8 error
 * says: writes into its context
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;
	u16 *mode = (u16 *)&args->mode;

	*mode = *mode >> 6 & 7;
	chiffre = *mode;
	droits.atomic_increment(chiffre);
	return 0;
}
