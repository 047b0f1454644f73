/*
 * wrong: printf() is libc's, which the kernel does not have.
 * loses: 0.1 error, 0.2 blocked, 0.3 blocked, 0.4 blocked, 0.5 blocked
 * says: printf() belongs to the C library
 */

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	printf("Hello, World!\n");
	return 0;
}
