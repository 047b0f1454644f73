"""What a grading is told on pytest's command line, on the host and in a virtual machine."""

from __future__ import annotations

import argparse

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("labebpf")
    group.addoption(
        "--submission", metavar="DIR", default=None, help="folder to grade (default: exercises)"
    )
    group.addoption(
        "--kernel",
        metavar="K",
        default="auto",
        help="where programs run: auto, native, vm or vm:VERSION (default: auto)",
    )
    group.addoption(
        "--time-scale", type=float, default=1.0, metavar="N", help="stretch every deadline N times"
    )
    group.addoption("--lang", choices=("en", "fr"), default=None, help="language of the report")
    group.addoption("--out", metavar="DIR", default=None, help="write result.json there")
    group.addoption(
        "--untrusted",
        action="store_true",
        help="with --kernel auto, rather use a virtual machine than this machine's own kernel",
    )
    group.addoption(
        "--private", metavar="DIR", default=None, help="folder with private checks of the labs"
    )
    group.addoption(
        "--course", metavar="DIR", default=None, help="folder of the course (default: found upward)"
    )
    group.addoption("--reveal", action="store_true", help="show what private checks say")
    group.addoption(
        "--profile", metavar="FILE", default=None, help="write what the grading did when there"
    )
    # For the command that runs pytest: a file without a name.
    group.addoption("--result-fd", type=int, default=-1, help=argparse.SUPPRESS)
    group.addoption("--progress-fd", type=int, default=-1, help=argparse.SUPPRESS)
