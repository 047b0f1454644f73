"""A lab of a test's own, on the real kernel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from grader.checks.context import Context
from grader.checks.environment import LabEnvironment
from grader.kernel.native import NativeKernel
from grader.labs import Lab
from grader.labs.lab import Task
from grader.labs.manifest import Text
from grader.submission.hand_in_files import Submission
from tests.support.checkout import ROOT


@contextmanager
def lab(
    kernel: NativeKernel, files: dict[str, str], attach: str = "tracepoint:syscalls:sys_enter_mkdir"
) -> Iterator[LabEnvironment]:
    """Yield the environment that the checks of a lab with these `files` get."""
    program, script = "words.c", "words.py"
    title = Text("", "")
    task = Task("9.1", 1, program, title, (), (), (title,))
    one = Lab("lab9", ROOT, title, program, script, tuple(files), attach, (), (task,))
    if attach.startswith("xdp:"):
        one = replace(one, call="packet")
    sources = {name: text.encode() for name, text in files.items()}
    context = Context(kernel, one, Submission(sources, {}), ROOT / "bpf_templates")
    programs = [name for name in files if name.endswith(".c")]
    environment = LabEnvironment(context, script=script in files, programs=programs)
    with closing(environment):
        yield environment
