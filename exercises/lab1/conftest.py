"""Lab 1's second half: the kernel's lists of what can be, is, and must not be probed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.checks import Environment, InfraError, Message, expect, listed, say

BLACKLIST = Path("/sys/kernel/debug/kprobes/blacklist")
ACTIVE = Path("/sys/kernel/debug/kprobes/list")
SELDOM = {"create", "fallocate", "fsync", "link", "listxattr", "mkdir", "mknod", "readlink"}
SELDOM |= {"removexattr", "rename", "rmdir", "setxattr", "statfs", "symlink", "truncate", "unlink"}
"""What the kernel does in functions vfs_* that are safe to probe, and not called all the time."""
TRIES = 10


class ProbePoints:
    """The functions of probe_points.py, and the lists that they must agree with."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._tracefs = environment.tracefs

    def call(self, function: str, *arguments: str) -> Any:
        """Call the student's `function`."""
        return self._environment.call("probe_points.py", function, *arguments)

    def attachable_names(self, *, of_modules: bool = False) -> set[str]:
        text = (self._tracefs / "available_filter_functions").read_text()
        return {line.split()[0] for line in text.splitlines() if "[" in line or not of_modules}

    def blacklisted_names(self) -> set[str]:
        """Names that the kernel refuses to probe, and says so."""
        return {line.split("\t")[-1].strip() for line in _lines(BLACKLIST)}

    def active_names(self) -> set[str]:
        """Names of the functions that either list says have a kprobe, with a module or without."""
        places = [line.split()[2] for line in _lines(ACTIVE)]
        places += [line.split()[1] for line in _lines(self._tracefs / "kprobe_events")]
        names = {place.split("+")[0] for place in places}
        return names | {name.rpartition(":")[2] for name in names}

    def active(self) -> tuple[list[str], set[str]]:
        """Call active_kprobes(), and tell those of its names that the kernel's lists do not have.

        Others' probes come and go, also between the lists and the call. So it is called again
        where it disagrees with the lists: what is wrong stays wrong.
        """
        for _ in range(TRIES):
            before = self.active_names()
            found = self.names("active_kprobes")
            unlisted = set(found) - before - self.active_names()
            if not unlisted:
                break
        return found, unlisted

    def some(self, names: set[str], count: int = 3) -> list[str]:
        return random.sample(sorted(names), min(count, len(names)))

    def nearly(self, names: set[str]) -> list[str]:
        """Names that are not among these, with a letter more or less than one of them."""
        others = [
            {f"{name}_" for name in names},
            {name[:-1] for name in names},
            {name[1:] for name in names},
        ]
        return [other for changed in others for other in self.some(changed - names, count=1)]

    def patterns(self, names: set[str]) -> list[re.Pattern[str]]:
        """A name, the beginning of one, and a choice with a wildcard: all match something.

        The first is a module's, if there is any: its line has more in it than the name. The second
        stands in the middle of other names as well, where it must not match.
        """
        plain = {name for name in names if name.isidentifier() and len(name) > 8}
        (one,) = self.some(plain & self.attachable_names(of_modules=True) or plain, 1)
        others = self.some(plain - {one}, 1000)
        three = others.pop()
        inside = (name for name in others if any(name[:6] in other[1:] for other in names))
        two = next(inside, others[0])
        return [
            re.compile(re.escape(one) + "$"),
            re.compile(two[:6]),
            re.compile(f"(.*{three[3:8]}|{one})"),
        ]

    def names(self, function: str, *arguments: str) -> list[str]:
        """Call the student's `function`, which must return a list of names."""
        found = self.call(function, *arguments)
        expect(
            isinstance(found, list) and all(isinstance(name, str) for name in found),
            say("{function}() does not return a list of names.", function=function),
            say("Return a list of strings."),
            expected=say("a list of strings"),
            actual=say("a value of the type {type}", type=type(found).__name__),
        )
        return list(found)

    def same_names(self, found: list[str], before: set[str], after: set[str], what: str) -> None:
        """Expect the names that the kernel listed `before` and `after`: modules come and go."""
        wanted = before & after
        missing, extra = sorted(wanted - set(found)), sorted(set(found) - (before | after))
        expect(
            not missing and not extra,
            say("{what} does not return what the kernel lists.", what=what),
            say("Match the pattern from the start of each name; leave out the [module]."),
            expected=say("{n} names", n=len(wanted)),
            actual=_compared(len(set(found)), missing[:3], extra[:3]),
        )

    @contextmanager
    def probed(self) -> Iterator[list[str]]:
        """Probe two functions, one as BCC does and one through kprobe_events.

        Which ones is drawn: a list of names cannot be the answer.
        """
        seldom = {f"vfs_{name}" for name in SELDOM} & self.attachable_names()
        by_bcc, by_hand = self.some(seldom - self.active_names(), 2)  # Others may probe some.
        with self._environment.kprobe(by_bcc), self._environment.kprobe_event(by_hand):
            yield [by_bcc, by_hand]


def _compared(count: int, missing: list[str], extra: list[str]) -> Message:
    """How many names were found, and some of those that are missing and that are too many."""
    told = say("{n} names", n=count)
    if missing:
        told = say("{names}, without {missing}", names=told, missing=listed(missing))
    if extra:
        told = say("{names}, and with {extra}", names=told, extra=listed(extra))
    return told


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError as error:
        raise InfraError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            say("Run: ./labebpf doctor"),
        ) from error


@pytest.fixture
def probe_points(environment: Environment) -> ProbePoints:
    """probe_points.py and the kernel's lists."""
    return ProbePoints(environment)
