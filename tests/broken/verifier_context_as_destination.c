/*
 * shows: Copies into its context.
 * not: E136
 * not: E214
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0;

	bpf_probe_read_kernel(ctx, 8, &cle);
	return 0;
}
