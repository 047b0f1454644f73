/*
 * shows: Changes a member of a constant.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	const struct data_t data = {};

	data.stamp = 1;
	return 0;
}
