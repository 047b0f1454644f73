/*
 * shows: Is to be attached to another function than the lab's.
 * hook: uprobe:c:rmdir
 * not: symbol
 * not: place
 */
BPF_HASH(compteur);

int compte_appels(struct pt_regs *ctx)
{
	u64 cle = 0;

	compteur.atomic_increment(cle);
	return 0;
}
