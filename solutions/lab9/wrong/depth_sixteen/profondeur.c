/*
 * wrong: Looks at the first 16 bytes only.
 * loses: 9.3 fail
 * says: comment at its top
 */

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i;
	for (i = 0; i < 16; i++) {
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
