"""Name the version of this grader, for the results that it makes."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version

from grader.base.copy_manifest import CopyManifest, copy_at, digest_of
from grader.base.git import git
from grader.base.paths import CHECKOUT, ENGINE

_CODE = ("grader", "bpf_templates", "exercises/*/test_*.py", "exercises/*/conftest.py")
"""The files that decide a verdict. The others are a student's, who changes them all the time."""


_IN_COPY = tuple(code if "*" in code else f"{code}/*" for code in _CODE)


def grader_version() -> dict[str, str]:
    """Return the version and the commit of this engine; "" for what is unknown.

    "-dirty" follows the commit where code that judges differs from it.
    """
    if copy := copy_at(ENGINE):
        return _of_copy(copy)
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


def _of_copy(copy: CopyManifest) -> dict[str, str]:
    """Return the version and the commit that a students' copy was published from.

    The commits of the copy itself say nothing of the grader.
    """
    judging = (path for path in copy.files if any(fnmatch(path, code) for code in _IN_COPY))
    same = all(digest_of(ENGINE / path) == copy.files[path] for path in judging)
    return {"version": copy.version, "commit": copy.commit if same else f"{copy.commit}-dirty"}
