/*
 * right: A raw tracepoint on all system calls that picks out mkdir by its number.
 */

#include <uapi/linux/ptrace.h>

#define NR_MKDIR 83 /* on x86-64 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

BPF_HASH(dossiers, struct cle, u64, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct pt_regs *registres = (struct pt_regs *)ctx->args[0];
	struct cle cle = {};
	u64 zero = 0;
	u64 *nombre;

	if (ctx->args[1] != NR_MKDIR)
		return 0;
	total.increment(0);

	cle.uid = bpf_get_current_uid_gid();
	bpf_probe_read_kernel(&cle.mode, sizeof(cle.mode), &PT_REGS_PARM2(registres));
	bpf_get_current_comm(&cle.comm, sizeof(cle.comm));
	nombre = dossiers.lookup_or_try_init(&cle, &zero);
	if (nombre)
		__sync_fetch_and_add(nombre, 1);
	else
		perdus.increment(0);
	return 0;
}
