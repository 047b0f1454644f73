"""What the tools of virtual machines say of the programs and scripts of tests/broken.

unit/logs/all_linux*_bcc*.txt keep it: below a line "=== FILE ENTRY" what was said of a file, cut
to what an explanation needs, and the entry that explains it there. "loads" stands for a program
that is loaded and that clang does not warn of, "none" for what no entry explains.
"""

from __future__ import annotations

import base64
import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.base.errors import LabebpfError, SubmissionError
from grader.base.messages import say
from grader.submission.program import STRICT, WARNED
from grader.verdict.catalogue import entries
from grader.verdict.classify import finding_of
from grader.verdict.explain import warned_of
from tests.support import broken_programs
from tests.support.broken_programs import FOLDER, LOGS
from tests.support.broken_scripts import error_of
from tests.support.checkout import ROOT

_LOADER = ROOT / "grader" / "submission" / "scripts" / "load_program.py"
_IN_MACHINE = Path(__file__).with_name("load_programs.py")
_HOOK = re.compile(rb"^ \* hook: (\S+)$", re.MULTILINE)
_FIRST, _LAST, _WIDTH = 12, 28, 200
_LEFT_OUT = re.compile(r"^(?:In file included from|HINT: ).*\n|^\s*\n|\s+; R\d.*$", re.MULTILINE)

EVENTS = FOLDER / "scripts" / "bcc" / "events.c"
"""The program of the scripts."""
LOADS = "loads"
LOADED = {LOADS, *(each.id for each in entries() if {"warning", "written"} & set(each.says))}
"""What is said of a program that is loaded."""
FILES = sorted(
    path
    for pattern in ("*.c", "recorded/*.c", "warned/*.c", "scripts/*.py", "scripts/bcc/*.py")
    for path in FOLDER.glob(pattern)
)
"""What machines are given: programs and scripts."""


@dataclass(frozen=True)
class Said:
    """What the tools of one machine said of a file of tests/broken."""

    where: str
    """Linux/BCC."""
    file: Path
    known: str
    """The entry that explains it, "loads" or "none"."""
    log: str


def explained(file: Path, log: str, loads: bool) -> tuple[str, int]:
    """Return the entry that is told of `file`, as in Said, and the line that is shown."""
    source = file.read_bytes()
    if loads:
        warned = warned_of(log, source)
        return (warned.known, warned.line) if warned else (LOADS, 0)
    found = finding_of(error(file, log), source)
    return found.known or "none", found.line


def error(file: Path, log: str) -> LabebpfError:
    """Make the error that a check raises for what was said of `file`."""
    if file.suffix == ".py":
        return error_of(file, log)
    return SubmissionError(say("It is refused."), log=log, file="program.c")


def in_machine(version: str, files: Iterable[Path], hand_in: Path) -> Iterator[Said]:
    """Give `files` to the tools of the machine with Linux `version`. Raises CalledProcessError."""
    commands = "".join(
        f"cat > /tmp/{path.name} <<'@@end'\n{path.read_text(encoding='utf-8')}\n@@end\n"
        for path in (_LOADER, _IN_MACHINE)
    )
    order = base64.encodebytes(json.dumps(_order(files)).encode()).decode()
    commands += f"base64 -d > /tmp/order <<'@@end'\n{order}@@end\n"
    commands += f"python3 /tmp/{_IN_MACHINE.name} /tmp/{_LOADER.name} < /tmp/order\n"
    shell = ["shell", "lab3", "--submission", str(hand_in), "--kernel", f"vm:{version}"]
    done = subprocess.run(
        [sys.executable, "-I", "-m", "grader", *shell],
        cwd=ROOT, input=commands, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return _said(done.stdout)


def in_debian(root: Path, files: Iterable[Path]) -> Iterator[Said]:
    """Give programs to the BCC of another Debian, whose root file system is `root`, on this kernel.

    It compiles them with the kernel headers there. Raises CalledProcessError.
    """
    modules = f"/lib/modules/{platform.release()}"
    (headers,) = root.glob("usr/src/linux-headers-*-cloud-*")
    common = headers.name.partition("-cloud-")[0] + "-common"
    view = [
        *("--bind", str(root), "/", "--tmpfs", "/tmp", "--tmpfs", "/lib/modules"),
        *("--dev-bind", "/dev", "/dev", "--proc", "/proc", "--dev-bind", "/sys", "/sys"),
        *("--symlink", f"/usr/src/{headers.name}", f"{modules}/build"),
        *("--symlink", f"/usr/src/{common}", f"{modules}/source"),
        *("--ro-bind", str(_LOADER), f"/{_LOADER.name}"),
        *("--ro-bind", str(_IN_MACHINE), f"/{_IN_MACHINE.name}"),
    ]
    done = subprocess.run(
        ["bwrap", *view, "/usr/bin/python3", f"/{_IN_MACHINE.name}", f"/{_LOADER.name}"],
        input=json.dumps(_order(files)), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return _said(done.stdout)


def _said(printed: str) -> Iterator[Said]:
    """Read what load_programs.py printed."""
    machine, *answers = map(json.loads, printed.splitlines())
    where = "/".join(".".join(machine[key].split(".")[:2]) for key in ("linux", "bcc"))
    named = {path.name: path for path in FILES}
    return (
        said_of(
            where, named[answer["name"]], f"{answer['log']}\n{answer['raised']}", answer["raised"]
        )
        for answer in answers
    )


def _order(files: Iterable[Path]) -> dict[str, Any]:
    files = list(files)
    programs = []
    for path in (path for path in files if path.suffix == ".c"):
        hook = _HOOK.search(path.read_bytes())
        place = hook[1].decode() if hook else "tracepoint:syscalls:sys_enter_mkdir"
        programs.append({"name": path.name, "hook": place, "text": _encoded(path)})
    scripts = [path for path in files if path.suffix == ".py"]
    texts = {path.name: _encoded(path) for path in (EVENTS, *scripts)}
    return {"flags": [*STRICT, *WARNED], "programs": programs, "scripts": texts}


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def said_of(where: str, file: Path, log: str, raised: str) -> Said:
    """Cut what was said of `file` to what explains it; `raised` is "" for one that is loaded."""
    loads = file.suffix == ".c" and not raised
    told = explained(file, log, loads)
    short = shortened(log)
    enough = explained(file, short, loads) == told
    return Said(where, file, told[0], short if enough else log)


def shortened(log: str) -> str:
    """Leave out of a log what explanations do not need: headers, registers, the middle."""
    lines = [line[:_WIDTH].rstrip() for line in _LEFT_OUT.sub("", log).splitlines()]
    if len(lines) > _FIRST + _LAST:
        lines[_FIRST:-_LAST] = ["..."]
    return "\n".join(line for line in lines if line) + "\n"


def keep(every: Sequence[Said]) -> None:
    """Write what a machine said of some files beside what is kept of the others."""
    (where,) = {said.where for said in every}
    of = {said.file: said for said in (*kept(), *every) if said.where == where}
    here = [of[file] for file in FILES if file in of]
    text = "".join(f"=== {said.file.name} {said.known}\n{said.log}" for said in here)
    logs_of(where).write_text(text, encoding="utf-8")


def logs_of(where: str) -> Path:
    """Return the file that keeps what was said on the machine `where`."""
    linux, bcc = where.replace(".", "_").split("/")
    return LOGS / f"all_linux{linux}_bcc{bcc}.txt"


def kept() -> list[Said]:
    """Read all that is kept of what was said on machines."""
    named = {path.name: path for path in FILES}
    return [
        Said(where, named[heading.split()[0]], heading.split()[1], log)
        for path in sorted(LOGS.glob("all_*.txt"))
        for where in [broken_programs.where_of(path)]
        for heading, log in broken_programs.parts_of(path)
    ]
