# shows: Has a callback of four parameters.
import os

from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")


def show(self, cpu, data, size):
    print(data)


b["events"].open_perf_buffer(show)
for number in range(3):
    os.mkdir(f"/tmp/{number}")
    b.perf_buffer_poll(timeout=1000)
print("it went on")
