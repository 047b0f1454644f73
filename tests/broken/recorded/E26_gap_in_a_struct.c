/*
 * shows: Hands over a structure with a gap between its members, which was never set.
 * recorded: 4.18/0.26
 */
struct evenement {
	u32 numero;
	u64 temps;
};

BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct evenement e;

	e.numero = 1;
	e.temps = bpf_ktime_get_ns();
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
