"""The programs and libraries of the distribution that grading needs."""

from __future__ import annotations

import shutil
import subprocess

from grader.base.errors import InfraError
from grader.base.messages import Message, say
from grader.evidence.bpftool import SEARCH, find_bpftool
from grader.kernel.probe import Probe


def bcc() -> Probe:
    """Tell whether /usr/bin/python3 has BCC. The package bcc of PyPI is not it."""
    code = "import bcc; print(getattr(bcc, '__version__', '?'), hasattr(bcc, 'BPF'))"
    done = subprocess.run(
        ["/usr/bin/python3", "-I", "-c", code], capture_output=True, check=False, text=True
    )
    remedy = say("apt-get install python3-bpfcc, or dnf install python3-bcc")
    if done.returncode != 0:
        return Probe("bcc", False, say("not there for /usr/bin/python3"), remedy)
    version, has_bpf = done.stdout.split()
    if has_bpf != "True":
        return Probe(
            "bcc",
            False,
            say("another package of that name"),
            say("pip uninstall bcc; {remedy}", remedy=remedy),
        )
    return Probe("bcc", True, Message(version))


def bpftool() -> Probe:
    """Tell whether bpftool is there and runs."""
    try:
        path = find_bpftool()
    except InfraError:
        path = None
    return _version("bpftool", path, "bpftool")


def tool(name: str, package: str) -> Probe:
    """Tell whether the program `name` of `package` is there and runs."""
    return _version(name, shutil.which(name, path=SEARCH), package)


def _version(name: str, path: str | None, package: str) -> Probe:
    if not path:
        return Probe(name, False, say("missing"), install_with(package))
    done = subprocess.run([path, "--version"], capture_output=True, check=False, text=True)
    if done.returncode != 0:
        return Probe(
            name,
            False,
            say("{path} does not run (status {status})", path=path, status=done.returncode),
            install_with(package),
        )
    return Probe(
        name, True, Message(done.stdout.splitlines()[0]) if done.stdout else say("present")
    )


def install_with(package: str) -> Message:
    """Say how `package` is installed."""
    return say("apt-get install {package}, or dnf install {package}", package=package)
