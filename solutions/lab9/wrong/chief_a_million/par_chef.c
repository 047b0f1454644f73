/*
 * wrong: Gives the loop a bound that the verifier does not reach.
 * loses: 9.3 error
 * says: too large for the verifier
 */

BPF_HASH(chef, u32, u32);
BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u32 *suivant;
	for (int i = 0; i < 1000000; i++) {
		suivant = chef.lookup(&uid);
		if (!suivant)
			break;
		uid = *suivant;
	}
	dossiers.atomic_increment(uid);
	return 0;
}
