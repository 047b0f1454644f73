/*
 * Counts directories by what their owner may do with them: each mkdir whose mode is 0777 or less
 * adds one to par_droits[0].nombre[owner's digit], which is 7 for 0755. The others are not counted.
 */

// BEGIN SOLUTION 9.2
//| /*
//|  * TODO 9.2: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

struct droits {
	u64 nombre[8];
};

BPF_ARRAY(par_droits, struct droits, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre = args->mode >> 6;
	u32 index = 0;
	struct droits *droits = par_droits.lookup(&index);

	if (!droits)
		return 0;
	// BEGIN SOLUTION 9.2
	//| if (chiffre <= 8)
	if (chiffre < 8)
	// END SOLUTION
		__sync_fetch_and_add(&droits->nombre[chiffre], 1);
	return 0;
}
