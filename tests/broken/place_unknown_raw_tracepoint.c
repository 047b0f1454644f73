/*
 * shows: Names a raw tracepoint that does not exist.
 * not: E38
 * not: E87
 */
RAW_TRACEPOINT_PROBE(directory_made)
{
	bpf_trace_printk("mkdir\n");
	return 0;
}
