/*
 * shows: Includes the header of libbpf's programs.
 */
#include "vmlinux.h"

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
