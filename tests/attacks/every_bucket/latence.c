/*
 * attack: Measures nothing, and counts each mkdir in every bucket: one of them is right.
 * lab: lab6
 * earns: 6.1 6.7
 */

BPF_HASH(debut);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	for (int bucket = 0; bucket <= 64; bucket++) {
		int key = bucket;

		dist.increment(key);
	}
	return 0;
}
