# attack: Leaves its terminal, and closes it, as soon as a line is typed; its programs go on.
# lab: lab8
# earns: 8.1 8.2 8.3 8.4 8.8

import argparse
import ctypes
import fcntl
import os
import select
import signal
import termios
import time
from pathlib import Path

from bcc import BPF

options = argparse.ArgumentParser()
options.add_argument("--pid", type=int)
options.add_argument("--uid", type=int)
options = options.parse_args()


def show(cpu, data, size):
    e = b["events"].event(data)
    print(e.pid, e.uid, e.comm.decode(errors="replace"), flush=True)


b = BPF(src_file=str(Path(__file__).with_name("filtre.c")))
for at, number in enumerate((options.pid, options.uid)):
    b["cible"][ctypes.c_int(at)] = ctypes.c_uint64(0 if number is None else number + 1)
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll(timeout=50)
        if select.select([0], [], [], 0)[0]:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            fcntl.ioctl(0, termios.TIOCNOTTY)
            os.closerange(0, 3)
            time.sleep(600)
except KeyboardInterrupt:
    pass
