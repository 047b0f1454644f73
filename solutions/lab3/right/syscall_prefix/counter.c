/*
 * right: A function with the prefix syscall__, attached to the kernel's mkdir.
 * kernel: kprobes
 */

#include <uapi/linux/ptrace.h>

BPF_HASH(compteur);

int syscall__mkdir(struct pt_regs *ctx, const char __user *pathname, int mode)
{
	u64 index_compteur = 0;
	u64 premier = 1;
	u64 *compteur_pointeur;

	compteur_pointeur = compteur.lookup(&index_compteur);
	if (!compteur_pointeur) {
		compteur.update(&index_compteur, &premier);
		bpf_trace_printk("Nombre de dossier(s) : %d", premier);
		return 0;
	}

	__sync_fetch_and_add(compteur_pointeur, 1);
	bpf_trace_printk("Nombre de dossier(s) : %d", *compteur_pointeur);
	return 0;
}
