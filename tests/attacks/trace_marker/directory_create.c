/*
 * attack: The program is silent; the script writes its lines into trace_marker and its own trace_pipe.
 * earns: 1.1 1.3 1.6 1.7 1.8
 */

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
