/*
 * Tells of each directory that everybody may write to: each mkdir whose mode has the bit 0002
 * submits an event to the ring buffer ouverts, with the time in ns and the mode. Others do not.
 */

/*
 * TODO 9.7: the verifier refuses this program. Read why, and mend it: it has to load, and to
 * do what is said above.
 */

struct evenement {
	u64 heure;
	u32 mode;
};

BPF_RINGBUF_OUTPUT(ouverts, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement *e = ouverts.ringbuf_reserve(sizeof(*e));

	if (!e)
		return 0;
	e->heure = bpf_ktime_get_ns();
	e->mode = args->mode;
	if (e->mode & 0002)
		ouverts.ringbuf_submit(e, 0);
	return 0;
}
