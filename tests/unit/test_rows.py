"""Whole tables, by the names of keys and values."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.base.layout import Fields
from grader.checks.rows import Row, Rows, _grown

WHO = Fields({"uid": 7, "comm": b"a"})


def test_the_values_of_all_cpus_are_added_up_if_they_are_numbers() -> None:
    assert Row(0, (1, 2)).value == 3
    assert Row(0, (WHO, WHO)).value == WHO
    assert repr(Row(WHO, (5,))) == "[uid 7, comm a] = 5"


def test_rows_are_found_by_the_fields_of_their_keys() -> None:
    rows = Rows((Row(WHO, (5,), b"1"), Row(Fields({"uid": 8, "comm": b"a"}), (6,), b"2")))
    assert [row.value for row in rows.having(comm=b"a")] == [5, 6]
    assert [row.value for row in rows.having(uid=7, comm=b"a")] == [5]
    assert rows.total == 11 and len(rows) == 2 and rows.by_key[WHO] == 5
    with pytest.raises(BehaviourError, match="no field gid"):
        rows.having(gid=1)
    with pytest.raises(BehaviourError, match="keys of the table are not structures"):
        Rows((Row(7, (5,)),)).having(uid=1)


def test_only_what_changed_has_grown_and_keys_that_look_alike_are_two() -> None:
    before = Rows((Row(WHO, (5, 1), b"1"), Row(WHO, (2, 2), b"2"), Row(1, (WHO,), b"3")))
    after = Rows((*before, Row(WHO, (0, 0), b"4"), Row(WHO, (0, 9), b"5")))
    assert [row.values for row in _grown(before, after)] == [(0, 9)]
    after = Rows((Row(WHO, (6, 1), b"1"), Row(WHO, (2, 2), b"2")))
    assert [(row.raw, row.values) for row in _grown(before, after)] == [(b"1", (1, 0))]
