/*
 * right: A kprobe on the function that does the work of mkdir.
 * kernel: kprobes
 */

#include <uapi/linux/ptrace.h>

BPF_ARRAY(droits, u64, 8);

int kprobe__do_mkdirat(struct pt_regs *ctx, int dossier, void *nom, u16 mode)
{
	u32 chiffre = mode >> 6 & 7;

	droits.atomic_increment(chiffre);
	return 0;
}
