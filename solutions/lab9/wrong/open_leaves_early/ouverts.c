/*
 * wrong: Leaves the function with the place reserved.
 * loses: 9.7 error
 * says: without giving it back
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
	if (!(args->mode & 0002))
		return 0;
	ouverts.ringbuf_submit(e, 0);
	return 0;
}
