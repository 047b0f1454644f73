/*
 * right: Submits the u64 itself: the same 8 bytes.
 */

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 now = bpf_ktime_get_ns();

	events.perf_submit(args, &now, sizeof(now));
	return 0;
}
