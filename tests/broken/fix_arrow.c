/*
 * shows: What clang itself proposes, and no entry is about.
 */
struct pair {
	u64 a;
	u64 b;
};

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct pair data = {}, *p = &data;

	bpf_trace_printk("%d", p.a);
	return 0;
}
