# shows: Takes the address for a ctypes structure.
import os

from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")


def show(cpu, data, size):
    event = b["events"].event(data)
    print(data.contents.stamp)


b["events"].open_perf_buffer(show)
os.mkdir("/tmp/a-directory")
os.rmdir("/tmp/a-directory")
b.perf_buffer_poll()
