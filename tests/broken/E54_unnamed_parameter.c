/*
 * shows: A probe with a parameter that has no name.
 */
int kprobe__do_mkdirat(struct pt_regs *ctx, int)
{
	return 0;
}
