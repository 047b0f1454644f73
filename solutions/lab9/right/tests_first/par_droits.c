BPF_ARRAY(droits, u64, 8);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u32 chiffre;
	u16 mode = args->mode;

	mode = mode >> 6;
	mode &= 7;
	chiffre = mode;
	droits.atomic_increment(chiffre);
	return 0;
}
