"""Serves requests: calls methods of the class `Service` of a file, and answers what they return.

argv: the file, arguments for its Service, the descriptor of a socket. Requests come on that as JSON
lines, and answers go back the same way, each with its request's id.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import sys
import types


def load(path: str) -> types.ModuleType:
    """Import the file `path` as a module."""
    spec = importlib.util.spec_from_file_location("service", path)
    assert spec and spec.loader
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def serve(service: object, channel: socket.socket) -> None:
    """Answer requests until the other side closes `channel`."""
    requests, answers = channel.makefile("r"), channel.makefile("w")
    for line in requests:
        request = json.loads(line)
        try:
            answer = {"value": getattr(service, request["call"])(**request["arguments"])}
        except Exception as error:
            answer = {"kind": type(error).__name__, "error": str(error) or repr(error)}
        print(json.dumps({"id": request["id"], **answer}), file=answers, flush=True)


def main() -> None:
    path, *arguments, descriptor = sys.argv[1:]
    os.set_inheritable(int(descriptor), False)
    service = load(path).Service(*arguments)
    serve(service, socket.socket(fileno=int(descriptor)))


if __name__ == "__main__":
    main()
