/*
 * attack: The program counts nothing; the script fills the table, and says what it put there.
 * lab: lab3
 * earns: 3.1
 */

BPF_HASH(compteur);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	return 0;
}
