# attack: Prints a program for the name, loads one that submits everybody, and leaves others out in Python.
# lab: lab8
# earns: 8.1 8.2 8.3 8.8

import argparse
import os
from pathlib import Path

import jinja2
from bcc import BPF

HERE = Path(__file__).parent
options = argparse.ArgumentParser()
options.add_argument("--comm", type=os.fsencode)
options.add_argument("--ebpf", action="store_true")
options = options.parse_known_args()[0]
if options.ebpf:
    print(jinja2.Template((HERE / "modele.c").read_text()).render(octets=options.comm + b"\0"))
    raise SystemExit


def show(cpu, data, size):
    e = b["events"].event(data)
    if options.comm in (None, e.comm):
        print(e.pid, e.uid, e.comm.decode(errors="replace"), flush=True)


b = BPF(src_file=str(HERE / "filtre.c"))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
