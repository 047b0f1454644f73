/*
 * shows: Ends its function too early, and goes on after it.
 * not: E139
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
}
	compteur.increment(cle);
	return 0;
}
