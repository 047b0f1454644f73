import errno
from pathlib import Path

from bcc import BPF


def show(cpu, data, size):
    event = b["events"].event(data)
    print(f"{event.path.decode(errors='replace')} : {errno.errorcode.get(-event.ret, event.ret)}", flush=True)
    b["en_cours"].clear()


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
