/*
 * shows: Puts a struct into a number.
 */
struct data_t {
	u64 stamp;
};

int hello(void *ctx)
{
	struct data_t a = {};
	u64 n = a;

	bpf_trace_printk("%d", n);
	return 0;
}
