"""docs/course.md says of each lab what its manifest says, and what machines measured."""

from __future__ import annotations

import os

from grader.labs import load_course
from tests.support.checkout import ROOT
from tests.support.course_table import PAGE, page, points, table


def test_the_page_has_the_table_of_manifests_and_measurements() -> None:
    """With LABEBPF_GOLDEN=write it is written."""
    text = PAGE.read_text(encoding="utf-8")
    right = page(text, table(load_course(ROOT), points()))
    if os.environ.get("LABEBPF_GOLDEN") == "write":
        PAGE.write_text(right, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == right


def test_each_lab_was_measured_on_each_kernel() -> None:
    labs = set(load_course(ROOT).labs())
    assert {kernel: labs - set(each) for kernel, each in points().items() if labs - set(each)} == {}
