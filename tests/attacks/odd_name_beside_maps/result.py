# attack: Bears a name that breaks JSON, terminals and /proc, in each thread, while its maps are looked up.
# lab: lab5
# earns: 5.1 5.2 5.3 5.4 5.5 5.6 5.7

import ctypes
import errno
import threading
from pathlib import Path

from bcc import BPF

libc = ctypes.CDLL(None)
NAMES = b'"}],\x01\x1b[2J\xff\\', b") S 1 1\n(\x00", b"%s%n{0}\r\n\x07::e"


def rename(name):
    libc.prctl(15, name, 0, 0, 0)
    threading.Event().wait()


for name in NAMES:
    threading.Thread(target=rename, args=(name,), daemon=True).start()


def show(cpu, data, size):
    event = b["events"].event(data)
    print(f"{event.path.decode(errors='replace')} : {errno.errorcode.get(-event.ret, event.ret)}", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(show)
libc.prctl(15, NAMES[0], 0, 0, 0)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
