/*
 * shows: A comment as Python has it.
 */
# a comment
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
