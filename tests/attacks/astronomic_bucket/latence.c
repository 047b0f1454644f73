/*
 * attack: Adds a million of millions at each mkdir, to whatever bucket, which nobody can count up to.
 * lab: lab6
 * scale: 0.1
 * earns: 6.1 6.7
 */

BPF_HASH(debut);
BPF_TABLE("array", int, u64, dist, 65);

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	for (int bucket = 1; bucket < 60; bucket++) {
		int key = bucket;
		u64 *count = dist.lookup(&key);

		if (count)
			__sync_fetch_and_add(count, 1000000000000ULL);
	}
	return 0;
}
