/*
 * wrong: Declares the buffer by hand, with values that are no descriptors, and submits nothing.
 * loses: 2.2 error, 2.3 blocked, 2.4 blocked, 2.5 blocked
 * says: cannot be opened as a buffer
 */
struct four {
	char bytes[4];
};

BPF_TABLE("perf_output", int, struct four, events, 0);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
