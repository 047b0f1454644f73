/*
 * shows: Keeps values of 300 KB for each CPU.
 * not: E64
 * not: E36
 */
struct value_t {
	char text[300000];
};

BPF_PERCPU_ARRAY(places, struct value_t, 1);

int hello(void *ctx)
{
	return 0;
}
