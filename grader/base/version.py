"""Which grader this is: a mark has to say what made it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from grader.base.git import git
from grader.base.paths import ROOT

_CODE = ("grader", "bpf_templates", "exercises/*/test_*.py", "exercises/*/conftest.py")
"""What decides a verdict. The rest of a checkout is the student's, and changes all the time."""


def grader_version() -> dict[str, str]:
    """The version and the commit of this checkout; "" for what is unknown.

    The commit has "-dirty" after it where code that judges is not as it was committed.
    """
    try:
        released = version("labebpf")
    except PackageNotFoundError:  # In a virtual machine.
        released = ""
    told = git(ROOT, "status", "--porcelain=v2", "--branch", "--", *_CODE).decode(errors="replace")
    found = re.search(r"^# branch\.oid ([0-9a-f]+)$", told, re.MULTILINE)
    commit = found[1] if found else ""
    if commit and re.search(r"^[^#]", told, re.MULTILINE):
        commit += "-dirty"
    return {"version": released, "commit": commit}
