"""What docs/course.md says that each solution earns in a machine of each kernel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.labs import load_course
from grader.vm import image_store
from grader.vm.image_store import Image
from tests.support.checkout import ROOT
from tests.support.course_table import keep, points
from tests.support.grading import grade

ALL = os.environ.get("LABEBPF_KERNELS") == "all"


@pytest.mark.timeout(3600)
def test_the_solutions_earn_what_the_page_says(image: Image, tmp_path: Path) -> None:
    """In the default image, or with LABEBPF_KERNELS=all in all; LABEBPF_GOLDEN=write notes it."""
    labs = load_course(ROOT).labs()
    for version in image_store.versions() if ALL else (image.version,):
        done = grade(
            *labs,
            submission=ROOT / "solutions",
            out=tmp_path / version,
            kernel=f"vm:{version}",
            seconds=1800,
        )
        earned = {lab["lab"]: lab["score"] for lab in done.result["labs"]}
        if os.environ.get("LABEBPF_GOLDEN") == "write":
            for lab, score in earned.items():
                keep(version, lab, score)
        assert earned == points()[version], done.output
