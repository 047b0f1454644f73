# right: Has its program in itself; what that does is judged.

"""Print the path of each mkdir on this machine, and what it returned, until Ctrl-C."""

from bcc import BPF

PROGRAM = """
struct note {
    u64 address;
    s32 ret;
    char path[256];
};

BPF_HASH(addresses, u64, u64);
BPF_PERF_OUTPUT(events);

TRACEPOINT_PROBE(syscalls, sys_enter_mkdir)
{
    u64 thread = bpf_get_current_pid_tgid();
    u64 address = (u64)args->pathname;

    addresses.update(&thread, &address);
    return 0;
}

TRACEPOINT_PROBE(syscalls, sys_exit_mkdir)
{
    u64 thread = bpf_get_current_pid_tgid();
    u64 *address = addresses.lookup(&thread);
    struct note note = {};

    if (!address)
        return 0;
    note.address = *address;
    note.ret = args->ret;
    addresses.delete(&thread);
    bpf_probe_read_user_str(note.path, sizeof(note.path), (void *)note.address);
    events.perf_submit(args, &note, sizeof(note));
    return 0;
}
"""

b = BPF(text=PROGRAM)


def show(cpu, data, size):
    note = b["events"].event(data)
    print(f"{note.path.decode(errors='replace')} -> {note.ret}", flush=True)


b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
