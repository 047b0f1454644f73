"""Runs in a virtual machine, and prints what its tools say of programs and scripts.

argv: load_program.py of the grader. Standard input is JSON: {"flags": [...], "programs": [{"name",
"hook", "text" in base64}], "scripts": {"name": text in base64}}. Prints a line of JSON on the
machine, {"linux", "bcc"}, then one for each of them: {"name", "log", "raised"}, where `raised` is
what BCC raised for a program, "" for one that is loaded. It imports nothing else of the grader.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import traceback
from typing import Any

import bcc

SECONDS = 90
"""Emulated, most take 3: after these one is ended."""
LIMIT = 1 << 15
"""Characters that are kept of each end of a log."""


def load(path: str) -> Any:
    """Import the file `path` as a module."""
    spec = importlib.util.spec_from_file_location("load_program", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def said(log: bytes) -> str:
    text = log.decode(errors="replace")
    return text if len(text) < 2 * LIMIT else f"{text[:LIMIT]}\n...\n{text[-LIMIT:]}"


def take(module: Any, program: dict[str, str], flags: list[str]) -> None:
    """Take a program as far as it gets; in a process of its own, which LLVM may end."""
    path = f"/tmp/{program['name']}"
    with open(path, "wb") as file:
        file.write(base64.b64decode(program["text"]))
    service = module.Service()
    service.compile(path, flags)
    service.load(program["hook"], {})
    service.attach()


def load_program(module: Any, program: dict[str, str], flags: list[str]) -> dict[str, str]:
    with tempfile.TemporaryFile() as log, tempfile.TemporaryFile() as raised:
        child = os.fork()
        if not child:
            signal.alarm(SECONDS)
            for descriptor in (1, 2):
                os.dup2(log.fileno(), descriptor)
            try:
                take(module, program, flags)
                os._exit(0)
            except Exception as error:
                raised.write("".join(traceback.format_exception_only(type(error), error)).encode())
                raised.flush()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        for file in (log, raised):
            file.seek(0)
        ended = raised.read().decode() or (f"ended with {status}" if status else "")
        return {"name": program["name"], "log": said(log.read()), "raised": ended}


def run_script(folder: str, name: str) -> dict[str, str]:
    """Run a script, in a /tmp of its own."""
    alone = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none /tmp && exec "$@"', "sh"]
    script = ["timeout", "-s", "INT", str(SECONDS), sys.executable, "-B", name]
    done = subprocess.run(
        [*alone, *script], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    return {"name": name, "log": said(done.stdout.replace(folder.encode(), b"/lab")), "raised": ""}


def main() -> None:
    asked = json.load(sys.stdin)
    module = load(sys.argv[1])
    print(json.dumps({"linux": platform.release(), "bcc": bcc.__version__}), flush=True)
    for program in asked["programs"]:
        print(json.dumps(load_program(module, program, asked["flags"])), flush=True)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for name, text in asked["scripts"].items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(base64.b64decode(text))
        for name in asked["scripts"]:
            if name.endswith(".py"):
                print(json.dumps(run_script(folder, name)), flush=True)


if __name__ == "__main__":
    main()
