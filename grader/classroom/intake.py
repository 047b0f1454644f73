"""Take in what a class handed in, from whatever system it was collected by.

Nothing of it is unpacked. A process of its own (`scripts/read_hand_ins.py`), which may write
nothing and is shown nothing but the hand-ins, reads one after the other; one that ends it, or takes
too long, costs its own row alone.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.base.errors import LabebpfError, UsageError
from grader.base.messages import NO_MESSAGE, Message, say
from grader.base.paths import system_files
from grader.base.rpc import SERVER, RpcProcess
from grader.base.text import clean
from grader.classroom.handin import HandIn, Place
from grader.classroom.intake_formats import FORMATS, Found, Listing, recognise, title

_SCRIPT = Path(__file__).parent / "scripts" / "read_hand_ins.py"
_SECONDS = 60
"""For one hand-in, or for the list of all."""
_MOST_METADATA = 64 << 20
"""Bytes."""


class IntakeReader:
    """The process that reads what lies at `path`; started again when it has ended."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._confined = _confined(self._path)
        self._process: RpcProcess | None = None

    def listed(self) -> Listing:
        """Return what lies there. Raises UsageError where that cannot be read at all."""
        try:
            got = self._asked().ask("wait", _SECONDS, "listed", dict)
            if not got["problem"]:
                return Listing.of(self._path.name, [str(path) for path in got["paths"]])
            why = told(got["problem"])
        except LabebpfError:
            why = say("it cannot be read")
        raise UsageError(
            say("{path}: {why}.", path=self._path, why=why),
            say("Name a folder or an archive (.zip, .tar.gz) with all hand-ins in it."),
        )

    def text(self, path: str) -> str:
        """Return the text of a file that lies beside the hand-ins."""
        return self._asked().ask("wait", _SECONDS, "text", str, path=path, limit=_MOST_METADATA)

    def hand_in(self, place: Place, wanted: Sequence[str], lab: str) -> HandIn:
        """Read the one hand-in at `place`: the files `wanted` of `lab`."""
        asked = {"prefixes": list(place.prefixes), "wanted": list(wanted), "lab": lab}
        try:
            return self._asked().ask(
                "wait", _SECONDS, "take", lambda got: _read(place, got, wanted), **asked
            )
        except LabebpfError:
            self.close()
            return HandIn(
                place, {}, say("Reading it exceeded the time or memory limit for one hand-in.")
            )

    def _asked(self) -> RpcProcess:
        if self._process is None or not self._process.alive:
            self._process = RpcProcess("reader", self._start)
        return self._process

    def _start(self, descriptor: int) -> subprocess.Popen[bytes]:
        python = [sys.executable, "-I", "-S", "-B"]
        command = [*python, str(SERVER), str(_SCRIPT), str(self._path), str(descriptor)]
        return subprocess.Popen(
            [*self._confined, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        )

    def close(self) -> None:
        if self._process:
            self._process.close()
            self._process = None


def _confined(path: Path) -> list[str]:
    """Show a process nothing but this, Python and the system's programs.

    Where bubblewrap is missing, or may not make namespaces, as in containers, nothing is confined:
    the process still has its limits, and only ever reads.
    """
    shown = [Path(sys.base_prefix), Path(sys.prefix), SERVER.parent, _SCRIPT.parent, path]
    bound = [word for each in shown for word in ("--ro-bind", str(each), str(each))]
    command = [
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", *system_files()),
        *("--proc", "/proc", "--dev", "/dev", *bound, "--"),
    ]
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return []
    return [] if tried.returncode else command


@contextmanager
def reading(path: Path) -> Iterator[IntakeReader]:
    """Give the reader of what lies at `path`, within the block."""
    reader = IntakeReader(path)
    try:
        yield reader
    finally:
        reader.close()


@dataclass(frozen=True)
class Intake:
    """What a class handed in for one lab: places, and who reads the files there."""

    found: Found
    reader: IntakeReader
    lab: str
    wanted: Sequence[str]

    def hand_ins(self) -> Iterator[HandIn]:
        """Read one hand-in after the other."""
        for place in self.found.places:
            yield self.reader.hand_in(place, self.wanted, self.lab)


@contextmanager
def take_in(path: Path, lab: str, wanted: Sequence[str], format: str = "") -> Iterator[Intake]:
    """Recognise what lies at `path`, and read the files `wanted` of `lab` within the block.

    Raises UsageError where there are no hand-ins.
    """
    if format and format not in FORMATS:
        raise UsageError(
            say("There is no format {clean}.", clean=clean(format)),
            say("There are {names}.", names=", ".join(FORMATS)),
        )
    if not path.exists():
        raise UsageError(
            say("There is no {path}.", path=clean(str(path))),
            say("Name the folder or archive with all hand-ins in it."),
        )
    with reading(path) as reader:
        yield Intake(recognise(reader.listed(), reader.text, format, wanted), reader, lab, wanted)


def _read(place: Place, got: Any, wanted: Sequence[str]) -> HandIn:
    """Make a hand-in of what the reader answers. Raises what `rpc` takes for no answer."""
    files = {str(name): base64.b64decode(data) for name, data in dict(got["files"]).items()}
    files = {name: data for name, data in files.items() if name in wanted}
    notes = [told([str(part) for part in problem]) for problem in got["problems"]]
    for name, where in got["places"].items():
        base = str(where).rpartition("/")[2]
        if name in files and base != name:
            notes.append(say("{found} was taken for {name}", found=clean(base), name=name))
    if files:
        return HandIn(place, files, NO_MESSAGE, tuple(notes))
    others = [clean(str(each)) for each in got["others"]]
    if notes:
        return HandIn(place, {}, notes[0], tuple(notes[1:]))
    if others:
        problem = say(
            "it has none of {names}, but {others}",
            names=", ".join(wanted),
            others=", ".join(others),
        )
        return HandIn(place, {}, problem)
    return HandIn(place, {}, say("it is empty"))


def told(problem: Sequence[str]) -> Message:
    """Put into words what the reader found: a kind, and where; a part of a sentence."""
    kind, place, detail = (*problem, "", "")[:3]
    place = clean(place)
    sentences = {
        "many": say("it has more than {n} files", n=detail),
        "bomb": say("{place} unpacks to more than {n} MiB", place=place, n=detail),
        "deep": say("{place} lies in more than {n} folders", place=place, n=detail),
        "nested": say(
            "{place} is an archive in more than {n} others, and was not opened",
            place=place,
            n=detail,
        ),
        "encrypted": say("{place} is locked by a password", place=place),
        "damaged": say("{place} is damaged, or no archive", place=place),
        "overlaps": say("{place} has files that overlap, as no program packs them", place=place),
        "foreign": say(
            "{place} is an archive that is not opened here: ask for a .zip", place=place
        ),
        "link": say("{place} is a link, and not the file itself", place=place),
        "special": say("{place} is no regular file", place=place),
        "large": say("{place} is larger than {n} KiB", place=place, n=detail),
        "unreadable": say("{place} cannot be read: {why}", place=place, why=clean(detail)),
        "twins": say(
            "it has two different files: {place} and {other}", place=place, other=clean(detail)
        ),
        "utf16": say(
            "{place} is in UTF-16, which no compiler reads: save it as UTF-8", place=place
        ),
    }
    return sentences.get(kind, say("it cannot be read"))


def summary(intake: Intake, hand_ins: Sequence[HandIn], missing: int) -> Message:
    """Say in a line what was found: the format, how many hand-ins, and what is not understood."""
    return say(
        "{format}; hand-ins: {n}, unreadable: {unreadable}; students without one: {missing}; "
        "files that belong to no student: {strange}.",
        format=title(intake.found.format),
        n=len(hand_ins),
        unreadable=sum(bool(each.problem) for each in hand_ins),
        missing=missing,
        strange=len(intake.found.strange),
    )
