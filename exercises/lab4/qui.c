/*
 * TODO 4.1: declare struct evenement, with the fields u32 pid, u32 uid, char comm[16], u16 mode
 * and char chemin[256], and the perf buffer events.
 *
 * TODO 4.2: at each mkdir, submit one such structure to events.
 *
 * TODO 4.3: put into it who makes the directory: pid of the process, uid, comm of the thread.
 *
 * TODO 4.4: put into it what is asked for: mode, and the path, from the memory of the process.
 * Leave no byte unset.
 */
