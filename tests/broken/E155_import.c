/*
 * shows: Imports as in Python.
 * not: E67
 */
import linux.sched

int hello(void *ctx)
{
	return 0;
}
