/*
 * shows: Has a case outside of a switch.
 */
int hello(void *ctx)
{
	u64 n = bpf_ktime_get_ns();

	case 1:
		n = 2;
	bpf_trace_printk("%d", n);
	return 0;
}
