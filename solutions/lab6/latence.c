// BEGIN SOLUTION 6.1 6.2 6.3 6.4 6.5
//| /*
//|  * TODO 6.1: declare the hash table debut and the histogram dist, and write two BPF programs: one
//|  * for syscalls/sys_enter_mkdir, one for syscalls/sys_exit_mkdir.
//|  *
//|  * TODO 6.4: when the call is entered, put the time, bpf_ktime_get_ns(), into debut, with a key
//|  * that no other thread has.
//|  *
//|  * TODO 6.3: when it returns, look that time up, and compute how long it took in microseconds.
//|  *
//|  * TODO 6.2: add one to dist, in the bucket of that duration.
//|  *
//|  * TODO 6.5: take the entry out of debut.
//|  */
BPF_HASH(debut);
BPF_HISTOGRAM(dist);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 maintenant = bpf_ktime_get_ns();

	debut.update(&thread, &maintenant);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
	u64 thread = bpf_get_current_pid_tgid();
	u64 *debut_pointeur = debut.lookup(&thread);
	u64 duree;

	if (!debut_pointeur)
		return 0;

	duree = (bpf_ktime_get_ns() - *debut_pointeur) / 1000;
	dist.increment(bpf_log2l(duree));
	debut.delete(&thread);
	return 0;
}
// END SOLUTION
