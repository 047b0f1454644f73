/*
 * shows: Is to be attached to a function whose name is misspelt.
 * hook: uprobe:c:mkdirr
 * not: uprobe
 * not: place
 */
BPF_HASH(compteur);

int compte_appels(struct pt_regs *ctx)
{
	u64 cle = 0;

	compteur.atomic_increment(cle);
	return 0;
}
