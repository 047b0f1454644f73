"""Holds the grader's own BPF program; no code of a student's ever runs here.

Reads the program as one JSON line on standard input, loads and attaches it, answers with the ids
of its maps, and stays until standard input closes.
"""

import json
import re
import sys

from bcc import BPF  # type: ignore[import-not-found]


def map_id(table):
    with open(f"/proc/self/fdinfo/{table.map_fd}") as file:
        return int(re.search(r"^map_id:\s*(\d+)", file.read(), re.MULTILINE).group(1))


def main():
    request = json.loads(sys.stdin.readline())
    try:
        program = BPF(text=request["text"])
        answer = {"ok": True, "value": {name: map_id(program[name]) for name in request["maps"]}}
    except Exception as error:
        answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": request["id"], **answer}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
