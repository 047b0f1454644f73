struct event {
	u64 stamp;
};

BPF_HASH(counts);
BPF_PERF_OUTPUT(events);

int on_mkdir(void *ctx)
{
	struct event event = {};
	u64 key = 0, one = 1;

	event.stamp = bpf_ktime_get_ns();
	counts.update(&key, &one);
	events.perf_submit(ctx, &event, sizeof(event));
	return 0;
}
