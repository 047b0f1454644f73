/*
 * Counts absolute and relative paths: each mkdir adds one to chemins[1] where its path begins with
 * /, and to chemins[0] where it does not.
 */

// BEGIN SOLUTION 9.5
//| /*
//|  * TODO 9.5: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char premier = 0;
	u32 absolu;

	// BEGIN SOLUTION 9.5
	//| premier = args->pathname[0];
	bpf_probe_read_user(&premier, sizeof(premier), args->pathname);
	// END SOLUTION
	absolu = premier == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
