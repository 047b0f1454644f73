"""What several tasks hang on, looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from grader.base.errors import BehaviourError, PhaseTimeoutError, SubmissionError

Subject = TypeVar("Subject")
Found = TypeVar("Found")


class Once(Generic[Subject]):
    """Call functions that look at `subject`, each of them once, and keep what they find.

    A mistake of the student's that one raises is kept, too, and raised each time: the first task
    that meets it loses by it, and any other is blocked.
    """

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[Callable[..., Any], Any] = {}
        self._raised: dict[Callable[..., Any], Exception] = {}

    def __call__(self, look: Callable[..., Found], *given: object) -> Found:
        """Return what `look` finds, called with the subject and what is `given`."""
        if look in self._raised:
            raise self._raised[look]
        if look not in self._found:
            try:
                self._found[look] = look(self._subject, *given)
            except (SubmissionError, PhaseTimeoutError, BehaviourError) as error:
                self._raised[look] = error
                raise
        found: Found = self._found[look]
        return found
