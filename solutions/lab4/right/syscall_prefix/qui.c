/*
 * right: A function with the prefix syscall__, attached to the kernel's mkdir.
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

int syscall__mkdir(struct pt_regs *ctx, const char __user *pathname, int mode)
{
	struct evenement evenement = {};

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), pathname);
	events.perf_submit(ctx, &evenement, sizeof(evenement));
	return 0;
}
