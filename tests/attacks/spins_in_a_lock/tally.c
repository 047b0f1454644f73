/*
 * attack: Its rows hold a lock of the kernel's, which it takes and never gives back, and a timer.
 * lab: lab7
 * earns: 0
 */

struct cle {
	u32 uid;
	char comm[16];
	u16 mode;
};

struct locked {
	struct bpf_spin_lock lock;
	struct bpf_timer timer;
	u64 nombre;
};

static void (*take)(struct bpf_spin_lock *) = (void *)93;
static long (*start)(struct bpf_timer *, u64, u64) = (void *)171;

BPF_HASH(dossiers, struct cle, struct locked, 64);
BPF_PERCPU_ARRAY(total, u64, 1);
BPF_PERCPU_ARRAY(perdus, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct cle cle = {};
	struct locked *row = dossiers.lookup(&cle);

	if (!row)
		return 0;
	take(&row->lock);
	start(&row->timer, 1, 0);
	row->nombre += 1;
	return 0;
}
