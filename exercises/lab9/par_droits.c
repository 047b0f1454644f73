/*
 * Counts directories by what their owner may do with them: each mkdir adds one to droits[n], where
 * n is the owner's digit of the mode: 7 of 0755, and 5 of 01500.
 */

/*
 * TODO 9.8: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;

	args->mode = args->mode >> 6 & 7;
	chiffre = args->mode;
	droits.atomic_increment(chiffre);
	return 0;
}
