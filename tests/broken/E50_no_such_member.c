/*
 * shows: Sets a member that the struct does not have.
 */
struct data_t {
	u64 time;
};

int hello(void *ctx)
{
	struct data_t data = {};

	data.timestamp = bpf_ktime_get_ns();
	return 0;
}
