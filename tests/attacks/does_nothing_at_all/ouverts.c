BPF_RINGBUF_OUTPUT(ouverts, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
