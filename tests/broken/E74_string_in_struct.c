/*
 * shows: Puts a string into an array of a struct with =.
 */
struct data_t {
	char name[16];
};

int hello(void *ctx)
{
	struct data_t data = {};

	data.name = "mkdir";
	return 0;
}
