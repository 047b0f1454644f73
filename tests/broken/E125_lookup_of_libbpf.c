/*
 * shows: Looks up in a BCC table as libbpf's programs do.
 */
BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p;

	p = bpf_map_lookup_elem(&compteur, &k);
	if (p)
		(*p)++;
	return 0;
}
