/*
 * wrong: Leaves out the threads of that name.
 * loses: 8.6 fail, 8.7 blocked
 * says: Compare all bytes
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
	u8 autre = 0;

	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
{% for octet in octets %}
	autre |= evenement.comm[{{ loop.index0 }}] ^ {{ octet }};
{% endfor %}
	if (!autre)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
