/*
 * wrong: Counts at the last digit.
 * loses: 9.8 fail
 * says: comment at its top
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;
	chiffre = args->mode & 7;
	droits.atomic_increment(chiffre);
	return 0;
}
