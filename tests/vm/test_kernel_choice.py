"""Where `--kernel auto` judges what this machine's own kernel lacks something for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.base.profile import read_chrome_trace
from grader.kernel.features import Features
from grader.vm.image_store import Image
from tests.support.checkout import ROOT, copy_solution


def test_a_kernel_that_was_taken_in_vain_is_free_before_a_machine_judges(
    image: Image, tmp_path: Path
) -> None:
    """What a lab says is known before its checks are, and what a hand-in uses only after them."""
    if Features().offers("kprobes").ok:
        pytest.skip(f"This kernel has kprobes: none but it judges, and no machine of {image.id}.")
    folder = copy_solution("lab0", tmp_path / "hand-in" / "lab0")
    program = folder / "hello_world.c"
    program.write_text("/* No kprobe. */\n" + program.read_text())
    profile = tmp_path / "profile.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "exercises/lab0"),
            *("--submission", str(folder.parent), "--profile", str(profile)),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "10/10" in done.stdout and "virtual machine" in done.stdout, done.stdout
    spans = read_chrome_trace(profile.read_text())
    taken, let_go, judged = (
        next(each.start for each in spans if each.name.startswith(name))
        for name in ("takes the kernel", "lets go of the kernel", "judges")
    )
    assert taken < let_go < judged
