int nothing(void *ctx)
{
	return 0;
}
