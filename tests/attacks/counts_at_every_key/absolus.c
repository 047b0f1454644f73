BPF_ARRAY(chemins, u64, 2);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	int relative = 0, absolute = 1;

	chemins.atomic_increment(relative);
	chemins.atomic_increment(absolute);
	return 0;
}
