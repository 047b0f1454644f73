/*
 * TODO 6.1: declare the hash table debut and the histogram dist, and write two BPF programs: one
 * for syscalls/sys_enter_mkdir, one for syscalls/sys_exit_mkdir.
 *
 * TODO 6.4: when the call is entered, put the time, bpf_ktime_get_ns(), into debut, with a key
 * that no other thread has.
 *
 * TODO 6.3: when it returns, look that time up, and compute how long it took in microseconds.
 *
 * TODO 6.2: add one to dist, in the bucket of that duration.
 *
 * TODO 6.5: take the entry out of debut.
 */
