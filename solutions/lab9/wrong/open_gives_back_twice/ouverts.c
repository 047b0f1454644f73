/*
 * wrong: Gives a submitted place back again.
 * loses: 9.7 error
 * says: given back once
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
	ouverts.ringbuf_discard(e, 0);
	return 0;
}
