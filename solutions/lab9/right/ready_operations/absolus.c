BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char debut[2] = {};
	u32 absolu;
	bpf_probe_read_user_str(debut, sizeof(debut), args->pathname);
	absolu = debut[0] == '/';
	chemins.atomic_increment(absolu);
	return 0;
}
