/*
 * right: Makes room for more than is asked for.
 */

BPF_HASH(profondeurs, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 barres = 0;
	char lettre;
	int i;
	for (i = 0; i < 300; i++) {
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
