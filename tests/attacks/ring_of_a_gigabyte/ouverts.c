/*
 * attack: Does as it is asked, in a ring buffer of a gigabyte, which the machine is to hold.
 * lab: lab9
 * earns: 9.1 9.2 9.3 9.4 9.5 9.6 9.7 9.8 9.9
 */

struct evenement {
	u64 heure;
	u32 mode;
};

BPF_RINGBUF_OUTPUT(ouverts, 262144);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement e = {.heure = bpf_ktime_get_ns(), .mode = args->mode};

	if (e.mode & 0002)
		ouverts.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
