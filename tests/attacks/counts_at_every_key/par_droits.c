/*
 * attack: Reads neither path nor mode, and counts each mkdir at every key that there is.
 * lab: lab9
 * earns: 9.1 9.3 9.4 9.6 9.7 9.9
 */

BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	for (int digit = 0; digit < 8; digit++) {
		int key = digit;

		droits.atomic_increment(key);
	}
	return 0;
}
