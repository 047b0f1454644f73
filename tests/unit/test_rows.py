"""Whole tables, by the names of keys and values."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError
from grader.base.layout import Fields
from grader.checks.rows import Growth, Row, Rows, _grown

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


def test_what_is_in_a_structure_has_grown_and_counts_too() -> None:
    before = Row(0, (Fields({"n": (1, 2), "name": b"a", "in": Fields({"m": 5})}),), b"0")
    after = Row(0, (Fields({"n": (1, 5), "name": b"b", "in": Fields({"m": 6})}),), b"0")
    (grown,) = _grown(Rows((before,)), Rows((after,)))
    assert grown.value == Fields({"n": (0, 3), "name": b"b", "in": Fields({"m": 1})})
    assert Rows((grown,)).total == 4
    assert _grown(Rows((after,)), Rows((after,))) == ()


def test_each_call_counts_once_here_or_beside() -> None:
    def grown(by: int) -> Growth:
        return Growth((Row(0, (by,)),), (), made=7, failed=2)

    assert grown(7).has_each() and grown(5).has_each()  # Those that failed count, all or none.
    assert not grown(6).has_each() and not grown(8).has_each()
    assert grown(4).has_each(grown(3)) and grown(4).has_each(grown(1))
    assert not grown(4).has_each(grown(2)) and not grown(7).has_each(grown(7))


def test_keys_that_are_numbers_are_told_in_words() -> None:
    with pytest.raises(BehaviourError) as raised:
        Rows((Row(7, (5,)),)).having(uid=1)
    assert raised.value.expected == "uid" and raised.value.actual == "7"


def test_a_row_is_found_again_by_its_key_as_one_number() -> None:
    assert Row(WHO, (5,), b"\1\2\0").at == 0x201
