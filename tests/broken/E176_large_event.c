/*
 * shows: Submits an event with a whole path on the stack.
 * not: E06
 * not: E19
 */
#include <linux/limits.h>

struct data_t {
	u32 pid;
	char path[PATH_MAX];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct data_t data = {};

	bpf_probe_read_user_str(&data.path, sizeof(data.path), args->pathname);
	events.perf_submit(args, &data, sizeof(data));
	return 0;
}
