/*
 * shows: Calls libbpf's lookup on a table of BCC, with an older compiler.
 * recorded: 6.18/0.18
 * not: E25
 */
BPF_HASH(compteur);

int hello(void *ctx)
{
	u64 cle = 0, un = 1;
	u64 *p = bpf_map_lookup_elem(&compteur, &cle);

	if (p)
		(*p)++;
	else
		bpf_map_update_elem(&compteur, &cle, &un, BPF_ANY);
	return 0;
}
