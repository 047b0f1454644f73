"""Begin a native grading while pytest loads: take the kernel, and let processes import BCC.

Nothing of a submission is read. What was begun in vain, since a virtual machine judges, is ended.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from grader.base.errors import InfraError, LabebpfError
from grader.base.messages import Message
from grader.base.paths import ENGINE, PACKAGE
from grader.evidence.witness import seen_calls
from grader.kernel.features import Features, privileges
from grader.kernel.mounts import mount_privately
from grader.kernel.native import NativeKernel
from grader.labs import Course, Lab
from grader.runner.followed import course_of

TAKEN = pytest.StashKey[NativeKernel]()
"""The kernel, where it was taken before the checks are known."""


def take_ahead(config: pytest.Config) -> NativeKernel | None:
    """Take the kernel if this session will probably judge on it; None otherwise.

    Raises neither LabebpfError nor OSError: what fails here fails again where a person is told.
    """
    told = config.known_args_namespace
    if told.collectonly or told.help or told.version or not privileges().ok:
        return None
    with suppress(LabebpfError, OSError):
        course = course_of(told.course, config.rootpath, config.invocation_params.dir)
        lab = _first_lab(course, told.file_or_dir, config.invocation_params.dir)
        if lab and _probably_native(told, lab):
            return _begin(course, lab, told.time_scale)
    return None


def _first_lab(course: Course, arguments: Iterable[str], base: Path) -> Lab | None:
    """Find the lab that pytest's `arguments` name first, by its folder or that of its stubs."""
    labs = course.labs().values()
    for argument in arguments:
        asked = (base / argument.partition("::")[0]).resolve()
        for lab in labs:
            for place in (lab.folder, course.place(lab)):
                if asked.is_relative_to(place) or place.is_relative_to(asked):
                    return lab
    return None


def _probably_native(told: argparse.Namespace, lab: Lab) -> bool:
    """Tell whether `lab` is judged on this kernel, for all that its manifest and options say."""
    if told.kernel != "auto" or told.untrusted:
        return bool(told.kernel == "native")
    mount_privately()
    features = Features()
    needs = {*lab.needs, *(need for task in lab.tasks for need in task.kernel)}
    return all(features.offers(need).ok for need in needs)


def _begin(course: Course, lab: Lab, scale: float) -> NativeKernel:
    kernel = NativeKernel(hidden=hidden_from_sandboxes(course), waiting=_give_way)
    with suppress(LabebpfError, OSError, KeyError):
        if not lab.attach.startswith(("uprobe:", "xdp:")):
            kernel.start_spares(_builds(lab), scripts=1 if lab.script else 0, scale=scale)
        kernel.witness(ENGINE / "bpf_templates", seen_calls(lab.attach, lab.call))
    return kernel


def _builds(lab: Lab) -> int:
    """Tell how many compilers will probably work at first: on two builds, or on two programs."""
    if sum(name.endswith(".c") for name in lab.edits) > 1:
        return 2
    checks = (path.read_bytes() for path in lab.folder.glob("test_*.py"))
    return 2 if any(b"builds" in text for text in checks) else 1


def hidden_from_sandboxes(course: Course) -> tuple[Path, ...]:
    """Name the folders that no sandbox may see, should they lie in the system's own."""
    return course.folder, ENGINE, PACKAGE


def _give_way(text: Message) -> None:
    """Raise InfraError instead of waiting for another grading: here no person can be told."""
    raise InfraError(text, Message(""))
