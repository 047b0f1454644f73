/*
 * shows: Follows a copy of the pointer where that is NULL.
 * not: E24
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0, un = 1;
	u64 *p = compteur.lookup(&cle);
	u64 *q = p;

	if (!p)
		compteur.update(&cle, &un);
	bpf_trace_printk("%d\n", *q);
	return 0;
}
