/*
 * shows: Includes a header of the student's own.
 */
#include "event.h"

int hello(void *ctx)
{
	return 0;
}
