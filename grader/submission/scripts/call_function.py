"""Runs in the sandbox: calls one function of a student's module and sends back what it returned.

argv: descriptor for the answer, file, function, arguments as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys


def main() -> None:
    channel, path, function, arguments = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("submission", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    value = getattr(module, function)(*json.loads(arguments))
    if isinstance(value, (set, frozenset, tuple)):
        value = list(value)
    with os.fdopen(int(channel), "w") as answer:
        json.dump(value, answer)


if __name__ == "__main__":
    main()
