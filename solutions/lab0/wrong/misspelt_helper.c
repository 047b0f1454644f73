/*
 * wrong: The helper's name is misspelt.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: declares a function bpf_trace_print()
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_print("Hello, World!");
	return 0;
}
