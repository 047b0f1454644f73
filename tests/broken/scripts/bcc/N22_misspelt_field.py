# shows: Misspells a field of an event in a callback.
import os

from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")


def show(cpu, data, size):
    print(b["events"].event(data).stmp)


b["events"].open_perf_buffer(show)
for number in range(3):
    os.mkdir(f"/tmp/{number}")
    b.perf_buffer_poll(timeout=1000)
