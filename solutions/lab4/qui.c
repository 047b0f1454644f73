// BEGIN SOLUTION 4.1 4.2 4.3 4.4
//| /*
//|  * TODO 4.1: declare struct evenement, with the fields u32 pid, u32 uid, char comm[16], u16 mode
//|  * and char chemin[256], and the perf buffer events.
//|  *
//|  * TODO 4.2: at each mkdir, submit one such structure to events.
//|  *
//|  * TODO 4.3: put into it who makes the directory: pid of the process, uid, comm of the thread.
//|  *
//|  * TODO 4.4: put into it what is asked for: mode, and the path, from the memory of the process.
//|  * Leave no byte unset.
//|  */
struct evenement {
	u32 pid;
	u32 uid;
	char comm[16];
	u16 mode;
	char chemin[256];
};

BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	struct evenement evenement = {};

	evenement.pid = bpf_get_current_pid_tgid() >> 32;
	evenement.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&evenement.comm, sizeof(evenement.comm));
	evenement.mode = args->mode;
	bpf_probe_read_user_str(&evenement.chemin, sizeof(evenement.chemin), args->pathname);
	events.perf_submit(args, &evenement, sizeof(evenement));
	return 0;
}
// END SOLUTION
