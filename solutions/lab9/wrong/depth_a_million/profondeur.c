/*
 * wrong: Gives the loop a bound that the verifier does not reach.
 * loses: 9.3 error
 */

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i;
	for (i = 0; i < 1000000; i++) {
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
