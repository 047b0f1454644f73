/*
 * attack: Measures nothing: each mkdir is held up until it is as slow as the bucket that it counts in.
 * lab: lab6
 * earns: 6.1 6.2 6.6 6.7
 */

struct large {
	char bytes[1 << 20];
};

BPF_HASH(debut);
BPF_HISTOGRAM(dist);
BPF_ARRAY(places, struct large, 1);

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	int zero = 0, bucket = 19;
	u64 start = bpf_ktime_get_ns();
	struct large *place = places.lookup(&zero);

	dist.increment(bucket);
	if (!place || (u32)bpf_get_current_uid_gid() != 65534)
		return 0;
	for (int i = 0; i < 10000; i++) {
		if (bpf_ktime_get_ns() - start > 280000000)
			break;
		bpf_probe_read_kernel(place, sizeof(*place), place);
	}
	return 0;
}
