/*
 * shows: Prints a character of a constant string behind a pointer.
 * not: E25
 */
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 i = bpf_get_prandom_u32() & 3;
	const char *wanted = "abcd";

	bpf_trace_printk("%c\n", wanted[i]);
	return 0;
}
