"""A grading in a machine, as far as no machine is needed."""

from __future__ import annotations

import os

import pytest

from grader.vm.remote_grading import crowding


@pytest.mark.parametrize("share, stretch", [(0, 1), (0.9, 1), (1.5, 1.5), (3, 3), (50, 4)])
def test_deadlines_stretch_where_there_is_more_to_do_than_cpus(
    share: float, stretch: float
) -> None:
    assert crowding(share * len(os.sched_getaffinity(0))) == pytest.approx(stretch)
