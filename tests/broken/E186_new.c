/*
 * shows: Makes an object.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t *data = new data_t();

	return 0;
}
