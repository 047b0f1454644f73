# shows: Asks for a buffer of three pages.
from bcc import BPF

b = BPF(src_file="events.c")
def show(cpu, data, size):
    print(size)


b["events"].open_perf_buffer(show, page_cnt=3)
