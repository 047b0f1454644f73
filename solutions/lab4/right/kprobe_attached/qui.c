/*
 * right: A kprobe on the kernel's function for mkdir, which reads the call's registers.
 * kernel: kprobes
 */

#include <uapi/linux/ptrace.h>

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);

int voir(struct pt_regs *ctx)
{
	struct evenement evenement = {};
	struct pt_regs *regs = (struct pt_regs *)PT_REGS_PARM1(ctx);
	u64 path, mode;

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
