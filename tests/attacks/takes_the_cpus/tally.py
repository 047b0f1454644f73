# attack: Asks for all that would put it before others: real time, nice, limits, control groups, no OOM.
# lab: lab7
# earns: 7.1 7.2 7.3 7.4 7.5 7.6

import glob
import os
import resource

RAISED = {name: getattr(resource, name) for name in ("RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE")}
TRIES = {
    "fifo": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "nice": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    **{
        name: lambda limit=limit: resource.setrlimit(limit, (resource.RLIM_INFINITY,) * 2)
        for name, limit in RAISED.items()
    },
}
WRITES = {"/proc/self/oom_score_adj": "-1000", "/proc/self/autogroup": "-20", "/proc/sys/kernel/sched_rt_runtime_us": "-1"}
for name, attempt in TRIES.items():
    try:
        attempt()
        print("LEAK", name, flush=True)
    except (OSError, ValueError):
        pass
groups = [*glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True), *glob.glob("/sys/fs/cgroup/**/*.max", recursive=True)]
for path, text in {**WRITES, **dict.fromkeys(groups, "0")}.items():
    try:
        descriptor = os.open(path, os.O_WRONLY)
        os.write(descriptor, text.encode())
        print("LEAK", path, flush=True)
    except OSError:
        pass
raise SystemExit(3)
