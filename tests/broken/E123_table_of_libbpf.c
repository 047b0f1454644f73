/*
 * shows: Declares a table as libbpf's programs do.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, u64);
} compteur SEC(".maps");

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
