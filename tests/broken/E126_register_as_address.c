/*
 * shows: Gives a register where a helper wants an address.
 * not: E12
 */
#include <uapi/linux/ptrace.h>

int hello(struct pt_regs *ctx)
{
	char name[16];

	bpf_probe_read_user_str(name, sizeof(name), ctx->di);
	return 0;
}
