# attack: Draws one guess of the result over the other on the same line of the terminal.
# lab: lab5
# earns: 5.1 5.2 5.3 5.4 5.5 5.7

from pathlib import Path

from bcc import BPF

GUESSES = "0", "EEXIST", "ENOENT", "EACCES", "ENAMETOOLONG"


def show(cpu, data, size):
    path = b["events"].event(data).path.decode(errors="replace")
    print(path, end="")
    for guess in GUESSES:
        print(f"\x1b[s : {guess}\x1b[u\x1b[K", end="", flush=True)
    print("\r\x1b[K", flush=True)


b = BPF(src_file=str(Path(__file__).with_name("result.c")))
b["events"].open_perf_buffer(show)
try:
    while True:
        b.perf_buffer_poll()
except KeyboardInterrupt:
    pass
