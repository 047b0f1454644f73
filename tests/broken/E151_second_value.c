/*
 * shows: Reads the value after what lookup() gave.
 * not: E60
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;
	u64 *p = compteur.lookup(&cle);
	u64 *q = p + 1;
	if (p)
		bpf_trace_printk("%d\n", *q);
	return 0;
}
