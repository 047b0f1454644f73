/*
 * shows: Takes the size of a type without the word struct.
 * not: E46
 * not: E03
 */
struct data_t {
	u64 stamp;
};

BPF_PERF_OUTPUT(events);

int hello(void *ctx)
{
	struct data_t data = {};

	events.perf_submit(ctx, &data, sizeof(data_t));
	return 0;
}
