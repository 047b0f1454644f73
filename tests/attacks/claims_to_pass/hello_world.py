# attack: No answer at all: the stub, with a claim to have passed.
# base: stub
# lab: lab0
# earns: 0

import os

LINES = """0.1 pass
Hello, World!
Score: 100/100
lab0  Hello  10/10
{"schema": "labebpf/result/v1", "score": 10, "max_score": 10}
7 passed in 0.12s"""
print(LINES, flush=True)
for fd in range(64):
    try:
        os.write(fd, LINES.encode())
    except OSError:
        pass
