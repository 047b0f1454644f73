# attack: Asks the program for everything, and takes from the terminal again what nobody asked for.
# lab: lab8
# earns: 8.1 8.2 8.3 8.8

import argparse
from pathlib import Path

from bcc import BPF

options = argparse.ArgumentParser()
options.add_argument("--pid", type=int)
options.add_argument("--uid", type=int)
options = options.parse_known_args()[0]


def show(cpu, data, size):
    e = b["events"].event(data)
    print(e.pid, e.uid, e.comm.decode(errors="replace"), end="", flush=True)
    passes = options.pid in (None, e.pid) and options.uid in (None, e.uid)
    print("" if passes else "\b" * 80 + "\x1b[2K\r", end="\n" if passes else "", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("filtre.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
