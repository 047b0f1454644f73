/*
 * shows: Another pointer is made NULL by an assignment, which has nothing to do with this one.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 0, *p, *q;

	q = t.lookup(&k);
	if (q = NULL)
		bpf_trace_printk("none");
	p = t.lookup(&k);
	(*p)++;
	return 0;
}
