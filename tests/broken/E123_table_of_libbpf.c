/*
 * shows: Declares its table as one does with libbpf.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, u64);
} compteur SEC(".maps");

int hello(void *ctx)
{
	return 0;
}
