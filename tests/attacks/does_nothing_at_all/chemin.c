struct evenement {
	u32 pid;
	char chemin[600];
};

BPF_PERF_OUTPUT(evenements);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
