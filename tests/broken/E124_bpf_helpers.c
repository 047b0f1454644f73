/*
 * shows: Includes libbpf's helpers.
 */
#include <bpf/bpf_helpers.h>

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
