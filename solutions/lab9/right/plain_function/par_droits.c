#include <uapi/linux/ptrace.h>

#define NR_MKDIR 83 /* on x86-64 */

BPF_ARRAY(droits, u64, 8);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	u64 mode = 0;
	u32 chiffre;

	if (ctx->args[1] != NR_MKDIR)
		return 0;
	bpf_probe_read_kernel(&mode, sizeof(mode), &PT_REGS_PARM2(regs));
	chiffre = mode >> 6 & 7;
	droits.atomic_increment(chiffre);
	return 0;
}
