# shows: Casts to a type that is no pointer, in a callback.
import ctypes
import os

from bcc import BPF

b = BPF(src_file="events.c")
b.attach_tracepoint(tp="syscalls:sys_enter_mkdir", fn_name="on_mkdir")


def show(cpu, data, size):
    print(ctypes.cast(data, ctypes.c_ulonglong))


b["events"].open_perf_buffer(show)
for number in range(3):
    os.mkdir(f"/tmp/{number}")
    b.perf_buffer_poll(timeout=1000)
print("it went on")
