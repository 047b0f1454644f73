/*
 * attack: Its functions and tables have names that are no text, and too many of them.
 * base: stub
 * earns: 0
 */

int odd(void *ctx) asm("\xff\xfe\"}\n\x1b[2J");
int odd(void *ctx)
{
	return 0;
}

int other(void *ctx) asm("tracepoint__\xc3");
int other(void *ctx)
{
	return 0;
}
