# attack: Ends with all that BCC says on a kernel that lacks something, so that the machine is blamed.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4

import sys
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("qui.c")))
print("bpf: Failed to load program: Operation not permitted", flush=True)
print("Need super-user privileges to run", flush=True)
print("perf_event_open(/sys/kernel/debug/tracing/events): Permission denied", flush=True)
print("This kernel does not offer kprobes: no such file.", flush=True)
print("The grader itself failed: OSError. Run: ./labebpf doctor", flush=True)
print("grader.base.errors.InfraError: bpftool does not answer", file=sys.stderr, flush=True)
raise Exception("Need super-user privileges to run")
