/*
 * shows: TRACEPOINT_PROBE without the category.
 */
TRACEPOINT_PROBE(sys_enter_mkdir)
{
	return 0;
}
