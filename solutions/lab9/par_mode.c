/*
 * Counts directories by their mode: each mkdir adds one to par_mode[mode]. Of the mode only the
 * nine bits up to 0777 count, so that 01755 is counted at 0755.
 */

// BEGIN SOLUTION 9.8
//| /*
//|  * TODO 9.8: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

BPF_HASH(par_mode, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 mode;

	// BEGIN SOLUTION 9.8
	//| args->mode &= 0777;
	//| mode = args->mode;
	mode = args->mode & 0777;
	// END SOLUTION
	par_mode.atomic_increment(mode);
	return 0;
}
