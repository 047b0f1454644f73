/*
 * shows: Defines a constant with a semicolon.
 * not: E68
 * not: E189
 */
#define N 16;

int hello(void *ctx)
{
	char name[N] = {};

	bpf_get_current_comm(&name, sizeof(name));
	return 0;
}
