/*
 * shows: Includes without brackets.
 * not: E149
 */
#include linux/sched.h

int hello(void *ctx)
{
	return 0;
}
