"""Name the version of this grader, for the results that it makes."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

from grader.base.git import git
from grader.base.paths import CHECKOUT, ENGINE

_CODE = ("grader", "bpf_templates", "exercises/*/test_*.py", "exercises/*/conftest.py")
"""The files that decide a verdict. The others are a student's, who changes them all the time."""


def grader_version() -> dict[str, str]:
    """Return the version and the commit of this engine; "" for what is unknown.

    "-dirty" follows the commit where code that judges differs from it.
    """
    try:
        released = version("labebpf")
    except PackageNotFoundError:  # In a virtual machine.
        released = ""
    # A wheel may lie in a repository of others: that of a course, which has its .venv there.
    status = ("status", "--porcelain=v2", "--branch", "--", *_CODE)
    told = git(ENGINE, *status).decode(errors="replace") if CHECKOUT else ""
    found = re.search(r"^# branch\.oid ([0-9a-f]+)$", told, re.MULTILINE)
    commit = found[1] if found else ""
    if commit and re.search(r"^[^#]", told, re.MULTILINE):
        commit += "-dirty"
    return {"version": released, "commit": commit}
