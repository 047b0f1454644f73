struct modes {
	u64 nombre[512];
};

BPF_ARRAY(modes, struct modes, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
