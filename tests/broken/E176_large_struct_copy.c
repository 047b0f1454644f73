/*
 * shows: Copies a large struct.
 * not: E06
 * not: E19
 */
struct data_t {
	char text[4096];
};

BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t a = {};
	struct data_t b = a;

	events.perf_submit(ctx, &b, sizeof(b));
	return 0;
}
