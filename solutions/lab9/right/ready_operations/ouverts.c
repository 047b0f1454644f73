struct evenement {
	u64 heure;
	u32 mode;
};

BPF_RINGBUF_OUTPUT(ouverts, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement e = {};

	if (!(args->mode & 0002))
		return 0;
	e.heure = bpf_ktime_get_ns();
	e.mode = args->mode;
	ouverts.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
