/*
 * shows: Prints in a macro.
 */
#define SAY(text) bpf_trace_printk(text)

int hello(void *ctx)
{
	SAY("Hello\n");
	return 0;
}
