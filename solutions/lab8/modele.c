// BEGIN SOLUTION 8.6
//| /*
//|  * TODO 8.6: write a template here. What Jinja2 makes of it is a program like filtre.c, but with
//|  * no cible: it submits the mkdirs of threads with one name alone.
//|  */
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
	if (autre)
		return 0;
	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
// END SOLUTION
