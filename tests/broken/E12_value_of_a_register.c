/*
 * shows: Stores a register's number itself in a table.
 * not: E126
 */
#include <uapi/linux/ptrace.h>

BPF_HASH(compteur);

int hello(struct pt_regs *ctx)
{
	u64 cle = 0;

	compteur.update(&cle, PT_REGS_RC(ctx));
	return 0;
}
