struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
};

BPF_PERF_OUTPUT(events);

int tracer(struct tracepoint__syscalls__sys_enter_mkdir *args)
{
	struct evenement evenement = {};
	u8 autre = 0;

	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
{% for octet in octets %}
	autre |= evenement.comm[{{ loop.index0 }}] ^ {{ octet }};
{% endfor %}
	if (autre)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
