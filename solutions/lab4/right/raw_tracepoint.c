/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#include <uapi/linux/ptrace.h>

#define NR_MKDIR 83 /* on x86-64 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct evenement evenement = {};
	struct pt_regs *regs = (struct pt_regs *)ctx->args[0];
	u64 path, mode;

	if (ctx->args[1] != NR_MKDIR)
		return 0;

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	bpf_probe_read_kernel(&path, sizeof(path), &PT_REGS_PARM1(regs));
	bpf_probe_read_kernel(&mode, sizeof(mode), &PT_REGS_PARM2(regs));
	evenement.mode = mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), (void *)path);
	events.perf_submit(ctx, &evenement, sizeof(evenement));
	return 0;
}
