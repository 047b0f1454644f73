/*
 * attack: Submits at every system call of the machine, so that the buffer is never empty.
 * lab: lab2
 * scale: 0.2
 * base: stub
 * earns: 2.1 2.3
 */

BPF_PERF_OUTPUT(events);

RAW_TRACEPOINT_PROBE(sys_enter)
{
	u64 now = bpf_ktime_get_ns();

	events.perf_submit(ctx, &now, sizeof(now));
	return 0;
}
