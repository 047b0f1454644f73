/*
 * attack: The program that is printed kills whoever bears another name, so that no event can be wrong.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.8
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
	if (autre) {
		bpf_send_signal(9);
		return 0;
	}
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
