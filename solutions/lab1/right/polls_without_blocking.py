# right: Asks for a line without waiting, and sleeps when there is none.

"""Print a line for each mkdir on this machine, until Ctrl-C."""

import time
from pathlib import Path

from bcc import BPF


def main():
    b = BPF(src_file=str(Path(__file__).with_name("directory_create.c")))
    while True:
        task, pid, _cpu, _flags, seconds, message = b.trace_fields(nonblocking=True)
        if message:
            print(f"{seconds:.6f} {task.decode()} {pid}: {message.decode()}", flush=True)
        elif task is None:
            time.sleep(0.05)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
