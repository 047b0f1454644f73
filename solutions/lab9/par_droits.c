/*
 * Counts directories by what their owner may do with them: each mkdir adds one to droits[n], where
 * n is the owner's digit of the mode: 7 of 0755, and 5 of 01500.
 */

// BEGIN SOLUTION 9.8
//| /*
//|  * TODO 9.8: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;

	// BEGIN SOLUTION 9.8
	//| args->mode = args->mode >> 6 & 7;
	//| chiffre = args->mode;
	chiffre = args->mode >> 6 & 7;
	// END SOLUTION
	droits.atomic_increment(chiffre);
	return 0;
}
