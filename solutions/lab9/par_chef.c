/*
 * Counts directories at the chief of who makes them: where chef has a row for a user, that is the
 * user's chief, who may have one too, up to eight one after the other. Each mkdir adds one to
 * dossiers at the last of them, and at its own user where chef has no row for that.
 */

// BEGIN SOLUTION 9.3
//| /*
//|  * TODO 9.3: the verifier refuses this program. Read why, and mend it: it has to load, and to
//|  * do what is said above.
//|  */
// END SOLUTION

BPF_HASH(chef, u32, u32);
BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u32 *suivant;

	// BEGIN SOLUTION 9.3
	//| while (1) {
	for (int i = 0; i < 8; i++) {
	// END SOLUTION
		suivant = chef.lookup(&uid);
		if (!suivant)
			break;
		uid = *suivant;
	}
	dossiers.atomic_increment(uid);
	return 0;
}
