# attack: Probes a file whose name breaks the JSON of the tools that look at it.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))

import shutil

name = '/tmp/a"b\x01\x1b]0;x\x07\xff.so'
shutil.copy("/bin/true", "/tmp/true")
import ctypes.util
import glob

libc = glob.glob("/usr/lib/*/libz.so.1*") + glob.glob("/usr/lib/*/libc.so.6")
shutil.copy(libc[-1], name)
u = BPF(text="int probed(void *ctx) { return 0; }")
u.attach_uprobe(name=name, addr=0x30000, fn_name="probed")
while True:
    message = b.trace_fields()[5]
    if message:
        print(message.decode(), flush=True)
