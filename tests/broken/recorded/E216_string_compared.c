/*
 * shows: Compares with a constant string behind a pointer, with an older compiler.
 * recorded: 6.18/0.18
 * not: E25
 * not: E178
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	char name[64] = {};
	char *wanted = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

	bpf_probe_read_user_str(name, sizeof(name), args->pathname);
#pragma nounroll
	for (int i = 0; i < 50; i++)
		if (name[i] != wanted[i])
			return 0;
	bpf_trace_printk("found\n");
	return 0;
}
