/*
 * right: Has a while in place of a for, and <= with one less.
 */

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i = 0;
	while (i < 256) {
		lettre = 0;
		bpf_probe_read_user(&lettre, sizeof(lettre), args->pathname + i++);
		if (!lettre)
			break;
		if (lettre == '/')
			barres++;
	}
	profondeurs.atomic_increment(barres);
	return 0;
}
