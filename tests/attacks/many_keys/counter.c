/*
 * attack: Each mkdir leaves a thousand new keys in the table.
 * lab: lab3
 * base: stub
 * earns: 3.1
 */

BPF_HASH(compteur, u64, u64, 1000000);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 key = bpf_ktime_get_ns(), one = 1;

	for (int i = 0; i < 1000; i++) {
		key++;
		compteur.update(&key, &one);
	}
	return 0;
}
