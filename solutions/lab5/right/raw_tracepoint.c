/*
 * right: The raw tracepoints of all system calls, from which mkdir is picked by its number.
 */

#include <linux/ptrace.h>

#define NR_MKDIR 83 /* on x86-64 */

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	struct evenement debut = {};
	u64 pathname = 0;

	if (ctx->args[1] != NR_MKDIR)
		return 0;

	bpf_probe_read_kernel(&pathname, sizeof(pathname), &regs->di);
	bpf_probe_read_user_str(debut.path, sizeof(debut.path), (void *)pathname);
	en_cours.update(&thread, &debut);
	return 0;
}

RAW_TRACEPOINT_PROBE(sys_exit)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	struct evenement fin;

	if (!debut)
		return 0;

	fin = *debut;
	fin.ret = ctx->args[1];
	codes.atomic_increment(fin.ret);
	events.perf_submit(ctx, &fin, sizeof(fin));
	en_cours.delete(&thread);
	return 0;
}
