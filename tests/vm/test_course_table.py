"""What docs/course.md says that each solution earns in a machine of each kernel."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from grader.labs import load_course
from grader.vm import image_store
from grader.vm.image_store import Image
from tests.support.checkout import ROOT
from tests.support.course_table import keep, points
from tests.support.grading import grade

ALL = os.environ.get("LABEBPF_KERNELS") == "all"
WRITES = os.environ.get("LABEBPF_GOLDEN") == "write"
AT_ONCE = 2
"""Labs that are graded if not all are asked for, chosen by chance."""


@pytest.mark.timeout(3600)
def test_the_solutions_earn_what_the_page_says(image: Image, tmp_path: Path) -> None:
    """Of some labs in the default image; with LABEBPF_KERNELS=all, of all labs in all images.

    LABEBPF_GOLDEN=write notes what all labs earned.
    """
    labs = list(load_course(ROOT).labs())
    chosen = sorted(labs if ALL or WRITES else random.sample(labs, AT_ONCE))
    for version in image_store.versions() if ALL else (image.version,):
        done = grade(
            *chosen,
            submission=ROOT / "solutions",
            out=tmp_path / version,
            kernel=f"vm:{version}",
            seconds=1800,
        )
        earned = {lab["lab"]: lab["score"] for lab in done.result["labs"]}
        if WRITES:
            for lab, score in earned.items():
                keep(version, lab, score)
        assert earned == {lab: points()[version][lab] for lab in chosen}, done.output
