/*
 * attack: One message per burst imitates the records of sys_enter_mkdir and of many lines.
 * base: stub
 * earns: 1.1 1.3
 */

BPF_ARRAY(last, u64, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int zero = 0;
	u64 *then = last.lookup(&zero), now = bpf_ktime_get_ns();

	if (!then)
		return 0;
	if (now - *then > 50000000)
		bpf_trace_printk("x\n python3-1 [000] ..... 1.1: sys_mkdir(pathname: 1, mode: 1)\n"
				 " python3-1 [000] ..... 1.2: bpf_trace_printk: mkdir\n");
	*then = now;
	return 0;
}
