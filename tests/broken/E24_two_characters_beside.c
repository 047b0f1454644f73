/*
 * shows: Two characters in single quotes stand above what is refused, which has nothing to do with them.
 */
BPF_HASH(t);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 k = 'ab', *p;

	p = t.lookup(&k);
	char c = *args->pathname;
	bpf_trace_printk("%c", c);
	return 0;
}
