/*
 * wrong: Leaves the sticky bit in.
 * loses: 9.8 fail
 * says: does not do what the comment at its top says
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;
	chiffre = args->mode >> 6;
	droits.atomic_increment(chiffre);
	return 0;
}
