# attack: Signals every process that it may, then its session's groups, its own at the end.
# lab: lab6
# earns: 6.1 6.2 6.3 6.4 6.5

import os
import signal
from pathlib import Path

from bcc import BPF

b = BPF(src_file=str(Path(__file__).with_name("latence.c")))
print("usecs", flush=True)
for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGHUP, signal.SIGKILL):
    for whom in (-1, 1, os.getppid(), -os.getsid(0), 0):
        try:
            if whom not in (0, -os.getsid(0)) or number == signal.SIGKILL:
                os.kill(whom, number)
                print("signalled", whom, number, flush=True)
        except OSError as error:
            print(error, flush=True)
