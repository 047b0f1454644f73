BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
