"""Each broken program is refused by this kernel, and the student is told what its text file says.

After a change to the catalogue, LABEBPF_GOLDEN=write writes the text files anew, to be read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.base.errors import BehaviourError, SubmissionError
from grader.base.messages import say
from grader.kernel.native import NativeKernel
from grader.kernel.netns import Network
from grader.kernel.uprobe import Uprobe
from grader.submission.program import Program
from grader.verdict.explain import Explanation, explain, warned_of
from tests.support.broken_programs import PROGRAMS, RECORDED, WARNED, entry_of, printed
from tests.support.checkout import ROOT
from tests.support.machine_programs import FILES, in_debian, keep, kept, said_of

PLACES: dict[str, Callable[[], Network | Uprobe | None]] = {
    "tracepoint": lambda: None,
    "xdp": Network,
    "uprobe": lambda: Uprobe("mkdir"),
}
"""What a sandbox is lent, by the kind of the hook."""
OTHERS = os.environ.get("LABEBPF_DEBIAN", "").split()
"""Root file systems of other Debians, whose BCC is asked as well."""


@pytest.fixture(scope="module")
def kernel() -> Iterator[NativeKernel]:
    native = NativeKernel(hidden=(ROOT,), waiting=print)
    yield native
    native.close()


def refusal(kernel: NativeKernel, source: bytes) -> SubmissionError:
    """Take a program as far as the hook that it names; return the error that refuses it."""
    named = re.search(rb"^ \* hook: (\S+)$", source, re.MULTILINE)
    hook = named[1].decode() if named else "tracepoint:syscalls:sys_enter_mkdir"
    with ExitStack() as stack, pytest.raises(SubmissionError) as caught:
        place = PLACES[hook.partition(":")[0]]()
        if place:
            stack.callback(place.close)
        program = stack.enter_context(kernel.loader(1.0, place))
        attach(program, source, hook)
    return caught.value


def attach(program: Program, source: bytes, hook: str) -> None:
    program.begin("program.c", source)
    program.compile(60)
    program.load(hook, 60)
    program.attach(60)


@pytest.mark.sampled
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_broken_program_is_explained(kernel: NativeKernel, program: Path) -> None:
    source = program.read_bytes()
    error = refusal(kernel, source)
    explained = explain(error, source)
    assert isinstance(explained, Explanation), error.log
    assert explained.known == entry_of(program), error.log
    told = program.with_suffix(".txt")
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        linux = ".".join(os.uname().release.split(".")[:2])
        assert RECORDED.startswith(f"{linux}/"), f"kept is what {RECORDED} says, not {linux}"
        told.write_text(printed(error, source), encoding="utf-8")
        keep([said_of(RECORDED, program, f"{error.log}\n{error}", str(error))])
    assert printed(error, source) == told.read_text(encoding="utf-8")


@pytest.mark.parametrize("program", WARNED, ids=lambda path: path.stem)
def test_what_clang_warned_of_is_told_where_a_program_does_the_wrong_thing(
    kernel: NativeKernel, program: Path
) -> None:
    source = program.read_bytes()
    with kernel.loader(1.0) as loader:
        attach(loader, source, "tracepoint:syscalls:sys_enter_mkdir")
        log = loader.log()
    explained = warned_of(log, source)
    assert (explained.known if explained else "none") == entry_of(program), log
    said = printed(BehaviourError(say("It is wrong."), file="program.c"), source, log)
    told = program.with_suffix(".txt")
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        told.write_text(said, encoding="utf-8")
        keep([said_of(RECORDED, program, log, "")])
    assert said == told.read_text(encoding="utf-8")


@pytest.mark.parametrize("root", OTHERS)
def test_what_another_bcc_says_is_what_is_kept(root: str) -> None:
    programs = [path for path in FILES if path.suffix == ".c"]
    every = list(in_debian(Path(root), programs))
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        keep(every)
    assert {said.file for said in every} == set(programs)
    before = {(said.where, said.file): said.known for said in kept()}
    now = {(said.where, said.file): said.known for said in every}
    assert now == {key: before.get(key) for key in now}
