/*
 * right: The message is printed by an inline function of its own.
 */

static inline void announce(u32 pid, u32 mode)
{
	bpf_trace_printk("pid %d: mkdir, mode %x\n", pid, mode);
}

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	announce(bpf_get_current_pid_tgid() >> 32, args->mode);
	return 0;
}
