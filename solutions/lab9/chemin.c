/*
 * Sends each path, up to 599 bytes of it: each mkdir submits an event to evenements, with the pid
 * of the process and the path.
 */

// BEGIN SOLUTION 9.4
//| /*
//|  * TODO 9.4: this program does not get as far as the verifier. Read why, and mend it: it has to
//|  * load, and to do what is said above.
//|  */
// END SOLUTION

struct evenement {
	u32 pid;
	char chemin[600];
};

BPF_PERF_OUTPUT(evenements);
// BEGIN SOLUTION 9.4
BPF_PERCPU_ARRAY(place, struct evenement, 1);
// END SOLUTION

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	// BEGIN SOLUTION 9.4
	//| struct evenement evenement;
	//| struct evenement *e = &evenement;

	u32 index = 0;
	struct evenement *e = place.lookup(&index);

	if (!e)
		return 0;
	// END SOLUTION

	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_probe_read_user_str(&e->chemin, sizeof(e->chemin), args->pathname);
	evenements.perf_submit(args, e, sizeof(*e));
	return 0;
}
