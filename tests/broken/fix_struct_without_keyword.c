/*
 * shows: Leaves out the word struct.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	data_t data = {};

	data.stamp = bpf_ktime_get_ns();
	return 0;
}
