/*
 * shows: Defines well, and leaves out a parenthesis.
 * not: E174
 * not: E173
 */
#define N 16

int hello(void *ctx)
{
	char name[N] = {};

	bpf_get_current_comm(&name, sizeof(name);
	return 0;
}
