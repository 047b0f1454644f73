/*
 * right: Follows a local pointer, which BCC makes a copy by bpf_probe_read of.
 */

BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	const char *chemin = args->pathname;
	char premier;
	u32 absolu;
	premier = chemin[0];
	absolu = premier == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
