/*
 * wrong: Copies a byte of the address.
 * loses: 9.5 fail
 * says: does not do what the comment at its top says
 */

BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char premier = 0;
	u32 absolu;
	bpf_probe_read_kernel(&premier, sizeof(premier), &args->pathname);
	absolu = premier == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
