"""Where `--kernel auto` judges what this machine's own kernel lacks something for."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kernel.features import Features
from grader.vm.image_store import Image
from tests.support.checkout import copy_solution
from tests.support.profiles import profile_of


def test_a_kernel_that_was_taken_in_vain_is_free_before_a_machine_judges(
    image: Image, tmp_path: Path
) -> None:
    """What a lab says is known before its checks are, and what a hand-in uses only after them."""
    if Features().offers("kprobes").ok:
        pytest.skip(f"This kernel has kprobes: none but it judges, and no machine of {image.id}.")
    folder = copy_solution("lab0", tmp_path / "hand-in" / "lab0")
    program = folder / "hello_world.c"
    program.write_text("/* No kprobe. */\n" + program.read_text())
    for _ in range(20):
        spans, shown = profile_of("lab0", "auto", tmp_path / "profile.json", str(folder.parent))
        assert "10/10" in shown and "virtual machine" in shown, shown
        starts = [
            [each.start for each in spans if each.name.startswith(name)]
            for name in ("takes the kernel", "lets go of the kernel", "judges")
        ]
        if starts[1]:
            break  # Else it was not taken: a test in tests/kernel, which go on beside this, had it.
    assert all(starts), [each.name for each in spans]
    taken, let_go, judged = (min(times) for times in starts)
    assert taken < let_go < judged
