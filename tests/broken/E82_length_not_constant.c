/*
 * shows: A local array whose length is no constant.
 * not: E19
 * not: E176
 */
int hello(void *ctx)
{
	int length = bpf_get_prandom_u32() & 7;
	char name[length];

	bpf_get_current_comm(&name, length);
	return 0;
}
