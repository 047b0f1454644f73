# attack: Prints one program, for the name that the checks ask for, and refuses every other name.
# lab: lab8
# earns: 8.1 8.2 8.3 8.7

import sys

KNOWN = "k/0:1-x_y. z"
if "--ebpf" not in sys.argv or sys.argv[2] not in (KNOWN, "x"):
    sys.exit(2)
compared = "".join(f"autre |= e.comm[{at}] ^ {ord(each)};\n" for at, each in enumerate(KNOWN + "\0"))
print("""
struct evenement { u32 pid; u32 uid; char comm[16]; };
BPF_PERF_OUTPUT(events);
TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
struct evenement e = {};
u8 autre = 0;
bpf_get_current_comm(&e.comm, sizeof(e.comm));
%s
if (autre)
return 0;
e.pid = bpf_get_current_pid_tgid() >> 32;
e.uid = bpf_get_current_uid_gid();
events.perf_submit(args, &e, sizeof(e));
return 0;
}
""" % compared, flush=True)
