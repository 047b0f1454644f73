# attack: Replaces BCC's methods by some that load nothing and tell of directories of their own.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8

import time

import bcc


class Table(dict):
    def open_perf_buffer(self, callback, **_):
        self.callback = callback


def message(*_, **__):
    time.sleep(0.1)
    return b"mkdir", 1, 0, b"", time.monotonic(), b"mkdir"


bcc.BPF.__init__ = lambda *_, **__: None
bcc.BPF.__getitem__ = lambda *_: Table()
bcc.BPF.trace_fields = message
bcc.BPF.perf_buffer_poll = message
bcc.BPF.attach_tracepoint = bcc.BPF.load_func = lambda *_, **__: None
b = bcc.BPF(src_file="directory_create.c")
try:
    while True:
        print(b.trace_fields()[5].decode(), flush=True)
except KeyboardInterrupt:
    pass
