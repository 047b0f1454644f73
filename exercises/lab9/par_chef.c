/*
 * Counts directories at the chief of who makes them: where chef has a row for a user, that is the
 * user's chief, who may have one too, up to eight one after the other. Each mkdir adds one to
 * dossiers at the last of them, and at its own user where chef has no row for that.
 */

/*
 * TODO 9.3: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

BPF_HASH(chef, u32, u32);
BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u32 *suivant;

	while (1) {
		suivant = chef.lookup(&uid);
		if (!suivant)
			break;
		uid = *suivant;
	}
	dossiers.atomic_increment(uid);
	return 0;
}
