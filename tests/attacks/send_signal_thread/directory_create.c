/*
 * attack: The program kills the thread that makes directories.
 * base: stub
 * earns: 0
 */

static long (*kill_thread)(u32) = (void *)117;

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	bpf_trace_printk("mkdir");
	kill_thread(9);
	return 0;
}
