#include <uapi/linux/ptrace.h>

struct evenement {
	int ret;
	char path[64];
};

BPF_HASH(codes, int);
BPF_HASH(en_cours, u64, struct evenement);
BPF_PERF_OUTPUT(events);

int syscall__mkdir(struct pt_regs *ctx, const char __user *pathname)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement debut = {};

	bpf_probe_read_user_str(debut.path, sizeof(debut.path), pathname);
	en_cours.update(&thread, &debut);
	return 0;
}

int kretprobe__sys_mkdir(struct pt_regs *ctx)
{
	u64 thread = bpf_get_current_pid_tgid();
	struct evenement *debut = en_cours.lookup(&thread);
	struct evenement fin;

	if (!debut)
		return 0;

	fin = *debut;
	fin.ret = PT_REGS_RC(ctx);
	codes.atomic_increment(fin.ret);
	events.perf_submit(ctx, &fin, sizeof(fin));
	en_cours.delete(&thread);
	return 0;
}
