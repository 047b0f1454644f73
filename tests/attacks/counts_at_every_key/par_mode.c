struct modes {
	u64 nombre[512];
};

BPF_ARRAY(modes, struct modes, 1);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 index = 0;
	struct modes *m = modes.lookup(&index);

	if (!m)
		return 0;
	for (int mode = 0; mode < 512; mode++)
		__sync_fetch_and_add(&m->nombre[mode], 1);
	return 0;
}
