/*
 * attack: Every third mkdir leaves one message of three lines that look like records of their own.
 * base: stub
 * earns: 1.1 1.3
 */

BPF_ARRAY(calls, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int zero = 0;
	u64 *n = calls.lookup(&zero);

	if (!n)
		return 0;
	__sync_fetch_and_add(n, 1);
	if (*n % 3 == 0) {
		bpf_trace_printk("mkdir\n python3-1 [000] ..... 1.1: bpf_trace_printk: mkdir\n"
				 " python3-1 [000] ..... 1.2: bpf_trace_printk: mkdir\n");
	}
	return 0;
}
