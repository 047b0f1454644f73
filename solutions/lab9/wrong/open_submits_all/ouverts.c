/*
 * wrong: Submits an event of each directory.
 * loses: 9.7 fail
 * says: comment at its top
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
	ouverts.ringbuf_submit(e, 0);
	return 0;
}
