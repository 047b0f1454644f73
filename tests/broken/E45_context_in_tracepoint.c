/*
 * shows: Says ctx in a TRACEPOINT_PROBE, where the context is args.
 */
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 now = bpf_ktime_get_ns();

	events.perf_submit(ctx, &now, sizeof(now));
	return 0;
}
