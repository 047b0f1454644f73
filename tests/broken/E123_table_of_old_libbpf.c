/*
 * shows: Declares its table as one did with libbpf years ago.
 */
struct bpf_map_def SEC("maps") compteur = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = sizeof(u32),
	.value_size = sizeof(u64),
	.max_entries = 1024,
};

int hello(void *ctx)
{
	return 0;
}
