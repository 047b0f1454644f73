/*
 * shows: Includes libbpf's header of helpers.
 */
#include <bpf/bpf_helpers.h>

int hello(void *ctx)
{
	return 0;
}
