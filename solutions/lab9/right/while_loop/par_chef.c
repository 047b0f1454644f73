/*
 * right: Has a while in place of a for, and <= with one less.
 */

BPF_HASH(chef, u32, u32);
BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();
	u32 *suivant;
	int reste = 8;
	while (reste-- > 0) {
		suivant = chef.lookup(&uid);
		if (!suivant)
			break;
		uid = *suivant;
	}
	dossiers.atomic_increment(uid);
	return 0;
}
