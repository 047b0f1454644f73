/*
 * shows: Puts a number into a struct.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t a = {};

	a = bpf_ktime_get_ns();
	return 0;
}
