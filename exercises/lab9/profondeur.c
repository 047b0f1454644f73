/*
 * Counts directories by how deep they lie: each mkdir adds one to profondeurs[n], where n is how
 * often / stands in its path. Of a path that is longer than 256 bytes only these count.
 */

/*
 * TODO 9.3: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i;

	for (i = 0;; i++) {
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
