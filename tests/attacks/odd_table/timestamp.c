/*
 * attack: A perf buffer of a type that BCC's Python cannot read.
 * lab: lab2
 * earns: 2.1
 */

BPF_TABLE("perf_event_array", int, long double, events, 0);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 now = 0;

	events.perf_submit(args, &now, sizeof(now));
	return 0;
}
