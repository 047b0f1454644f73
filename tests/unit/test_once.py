"""What several tasks hang on is looked at once."""

from __future__ import annotations

import pytest

from grader.base.errors import BehaviourError, InfraError
from grader.base.messages import say
from grader.checks.once import Once


def test_a_look_is_taken_once_with_what_is_given() -> None:
    taken: list[object] = []

    def look(subject: object, *given: object) -> int:
        taken.append((subject, given))
        return len(taken)

    once = Once("stage")
    assert (once(look, 1), once(look, 2)) == (1, 1)
    assert taken == [("stage", (1,))]


def test_a_mistake_of_the_students_is_the_same_each_time() -> None:
    def look(_: object) -> None:
        raise BehaviourError(say("No line."))

    once = Once("stage")
    errors = []
    for _ in range(2):
        with pytest.raises(BehaviourError) as caught:
            once(look)
        errors.append(caught.value)
    assert errors[0] is errors[1]


def test_what_the_machine_could_not_do_is_tried_again() -> None:
    taken = []

    def look(_: object) -> str:
        taken.append(1)
        if len(taken) == 1:
            raise InfraError(say("Busy."))
        return "seen"

    once = Once("stage")
    with pytest.raises(InfraError):
        once(look)
    assert once(look) == "seen"
