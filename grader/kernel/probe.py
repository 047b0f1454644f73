"""What was looked for on this machine, and found or not."""

from __future__ import annotations

from dataclasses import dataclass

from grader.base.messages import NO_MESSAGE, Message


@dataclass(frozen=True)
class Probe:
    """One thing that was looked for; `ok` is None where it cannot be told.

    `remedy` is a command or a sentence, for when it is not ok.
    """

    name: str
    ok: bool | None
    detail: Message
    remedy: Message = NO_MESSAGE
