/*
 * right: Uses ready operations of tables and buffers: increment, a string of two bytes, ringbuf_output.
 */

BPF_HASH(dossiers, u32, u64);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 uid = bpf_get_current_uid_gid();

	dossiers.increment(uid);
	return 0;
}
