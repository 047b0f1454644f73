# wrong: The script attaches its function to rmdir and unlink as well.
# loses: 2.4 fail
# says: to nothing else

"""Print the kernel's time stamp of each mkdir on this machine, until Ctrl-C."""

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("timestamp.c")))
b.attach_tracepoint(tp_re="syscalls:sys_enter_(mkdir|rmdir|unlink)$", fn_name="report")


def show(cpu, data, size):
    print(b["events"].event(data).timestamp_mkdir, flush=True)


b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
