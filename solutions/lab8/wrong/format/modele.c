/*
 * wrong: Puts the name in by formatting, and escapes nothing.
 * loses: 8.7 fail
 * says: something else than a name
 */

struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};
	char voulu[16] = "%s";
	u8 autre = 0;

	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	for (int i = 0; i < 16; i++)
		autre |= evenement.comm[i] ^ voulu[i];
	if (autre)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
