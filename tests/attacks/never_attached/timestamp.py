# attack: Loads its program, attaches it to nothing, and prints the clock.
# lab: lab2
# earns: 2.1 2.2 2.3

import time

from bcc import BPF

b = BPF(text="BPF_PERF_OUTPUT(events); int stamp(void *ctx) { return 0; }")
loaded = b.load_func("stamp", BPF.TRACEPOINT)
b["events"].open_perf_buffer(lambda *_: None)
try:
    while True:
        print(time.monotonic_ns(), flush=True)
        b.perf_buffer_poll(timeout=1)
except KeyboardInterrupt:
    pass
