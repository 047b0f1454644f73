BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
