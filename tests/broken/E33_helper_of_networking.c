/*
 * shows: Calls a helper that tracing programs do not have.
 * not: E34
 */
int hello(void *ctx)
{
	bpf_redirect(1, 0);
	return 0;
}
