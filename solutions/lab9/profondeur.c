/*
 * Counts directories by how deep they lie: each mkdir adds one to profondeurs[n], where n is how
 * often / stands in its path. Of a path that is longer than 256 bytes only these count.
 */

// BEGIN SOLUTION 9.3
//| /*
//|  * TODO 9.3: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i;

	// BEGIN SOLUTION 9.3
	//| for (i = 0;; i++) {
	for (i = 0; i < 256; i++) {
	// END SOLUTION
		lettre = 0;
		bpf_probe_read_user(&lettre, sizeof(lettre), args->pathname + i);
		if (!lettre)
			break;
		if (lettre == '/')
			barres++;
	}
	profondeurs.atomic_increment(barres);
	return 0;
}
