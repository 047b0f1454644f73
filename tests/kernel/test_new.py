"""`labebpf new` on the real kernel: what it makes is proved as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from machine import copy_checkout, labebpf, prove

from grader.authoring.new import PAIRINGS, calls

NATIVE = ("tracepoint", "raw_tracepoint", "uprobe", "xdp")
CHOSEN = (
    [(hook, output, next(iter(calls(hook)))) for hook, output in PAIRINGS if hook in NATIVE]
    if os.environ.get("LABEBPF_PAIRINGS") == "all"
    else [
        ("tracepoint", "ring", "rename"),
        ("raw_tracepoint", "histogram", "rmdir"),
        ("uprobe", "perf", "link"),
        ("xdp", "hash", "packet"),
    ]
)
"""Every hook and every way out has a part in it; each with each, when asked for."""


@pytest.mark.timeout(1300)
@pytest.mark.parametrize("hook, output, call", CHOSEN)
def test_a_new_lab_is_proved_as_it_is(hook: str, output: str, call: str, tmp_path: Path) -> None:
    copy_checkout(tmp_path)
    flags = ("--hook", hook, "--output", output, "--call", call)
    status, said = labebpf(tmp_path, "new", "lab7", *flags)
    assert status == 0, said
    status, said = prove(tmp_path, "lab7", "--rounds", "1")
    assert status == 0, said
    (total,) = [line for line in said.splitlines() if line.split()[:1] == ["all"]]
    assert total.endswith("100%")
