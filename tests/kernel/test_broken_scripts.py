"""Each broken script is ended by this BCC, and the student is told what its text file says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.kernel.native import NativeKernel
from grader.verdict.explain import Explanation
from grader.verdict.explain_script import explain_script
from tests.support.broken_programs import RECORDED, entry_of
from tests.support.broken_scripts import OF_BCC, error_of, golden
from tests.support.checkout import ROOT
from tests.support.machine_programs import keep, said_of

PROGRAM = "events.c"


class _EmptyPipe:
    """A trace_pipe in which nothing comes."""

    given = 0

    def __init__(self) -> None:
        self._end, self._sink = os.pipe()

    def fileno(self) -> int:
        return self._end

    def read(self) -> bytes:
        return b""


@pytest.fixture(scope="module")
def kernel() -> Iterator[NativeKernel]:
    native = NativeKernel(hidden=(ROOT,), waiting=print)
    yield native
    native.close()


def printed_by(kernel: NativeKernel, name: str, files: dict[str, bytes]) -> str:
    """Run the script `name` in the sandbox until it ends, and return what it printed."""
    script = kernel.script()
    script.feed(_EmptyPipe)
    try:
        script.wait_until_ready(60)
        script.begin(name, files)
        assert script.wait_for(lambda: script.status is not None, 120)
        return script.output()
    finally:
        script.close()


@pytest.mark.sampled
@pytest.mark.parametrize("script", OF_BCC, ids=lambda path: path.stem)
def test_an_error_of_a_script_is_explained(kernel: NativeKernel, script: Path) -> None:
    files = {script.name: script.read_bytes(), PROGRAM: script.with_name(PROGRAM).read_bytes()}
    output = printed_by(kernel, script.name, files)
    found = explain_script(error_of(script, output), files[script.name])
    assert isinstance(found, Explanation), output
    assert found.known == entry_of(script), output
    said, written = golden(script, output)
    assert said == written
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        keep([said_of(RECORDED, script, output, output)])


TEXT = 'from bcc import BPF\nb = BPF(text="""\n{}\n""")\n'
LOAD = f'from bcc import BPF\nb = BPF(src_file="{PROGRAM}")\n'
COUNTER_EXAMPLES = {
    "a text that does not compile": TEXT.format("int f(void *ctx) { return x; }"),
    "a text whose first line is no C": TEXT.format("counter\nint f(void *ctx) { return 0; }"),
    "a text that begins with a dot": TEXT.replace("\n{}", ".int f;"),
    "a text that includes a file": TEXT.format('#include "nothing.c"'),
    "a function that names no category": TEXT.format("int tracepoint__x(void *c) { return 0; }"),
    "an event that does not exist": LOAD
    + 'b.attach_tracepoint(tp="syscalls:sys_enter_mkdirr", fn_name="on_mkdir")\n',
    "a KeyError of its own": LOAD + '{}.pop("counts")\n',
}


@pytest.mark.parametrize("name", COUNTER_EXAMPLES)
def test_a_like_error_for_another_reason_is_not_explained_by_it(
    kernel: NativeKernel, name: str, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(COUNTER_EXAMPLES[name])
    program = OF_BCC[0].with_name(PROGRAM)
    files = {script.name: script.read_bytes(), PROGRAM: program.read_bytes()}
    output = printed_by(kernel, script.name, files)
    assert "Traceback" in output
    assert explain_script(error_of(script, output), files[script.name]) is None
