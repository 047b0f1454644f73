/*
 * shows: Returns nothing from a function that promises a number.
 */
int hello(void *ctx)
{
	u64 pid = bpf_get_current_pid_tgid();

	if (pid == 1)
		return;
	return 0;
}
