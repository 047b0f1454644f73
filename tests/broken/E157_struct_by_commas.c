/*
 * shows: Parts the members of a struct by commas.
 * not: E01
 */
struct data_t {
	u32 pid,
	u64 stamp
};

int hello(void *ctx)
{
	struct data_t data = {};

	data.pid = 1;
	return 0;
}
