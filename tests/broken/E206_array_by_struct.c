/*
 * shows: Compares two structs.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t a = {}, b = {};

	if (a == b)
		return 1;
	return 0;
}
