/*
 * shows: Compares a path byte by byte where it lies.
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char wanted[] = "/tmp";

	for (int i = 0; i < sizeof(wanted); i++)
		if (args->pathname[i] != wanted[i])
			return 0;
	bpf_trace_printk("found");
	return 0;
}
