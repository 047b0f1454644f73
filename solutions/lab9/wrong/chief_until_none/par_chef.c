/*
 * wrong: Ends the loop where there is no chief, which the verifier does not believe.
 * loses: 9.3 error
 * says: end of a loop
 */

BPF_HASH(chef, u32, u32);
BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u32 *suivant;
	for (suivant = &uid; suivant;) {
		suivant = chef.lookup(&uid);
		if (!suivant)
			break;
		uid = *suivant;
	}
	dossiers.atomic_increment(uid);
	return 0;
}
