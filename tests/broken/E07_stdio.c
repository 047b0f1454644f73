/*
 * shows: Includes a header of the C library.
 */
#include <stdio.h>

int hello(void *ctx)
{
	return 0;
}
