/*
 * shows: Writes a member with an arrow on a struct.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t data = {};

	data->stamp = bpf_ktime_get_ns();
	return 0;
}
