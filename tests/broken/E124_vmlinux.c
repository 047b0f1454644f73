/*
 * shows: Includes the header that bpftool makes for libbpf.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

int hello(void *ctx)
{
	return 0;
}
