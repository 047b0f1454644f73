"""What a submission's programs print into the kernel's trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from grader.base.text import blank
from grader.base.timeline import Timeline
from grader.evidence.attribution import OwnTrace
from grader.evidence.calls import Window
from grader.evidence.event_timeline import Reporter, by_time
from grader.evidence.matching import Matching, match
from grader.evidence.trace import Record


@dataclass(frozen=True)
class Printed:
    """The lines that a submission's programs left in the trace while the workload acted.

    Each of the `windows` of a call `of` that kind should have one, others none. With `numbers`, the
    line of each window has its number in it, after `words`; `others` calls of other processes may
    have come between. `reporter` tells what was to print.
    """

    windows: tuple[Window, ...]
    records: tuple[Record, ...]
    of: str
    reporter: Callable[[], Reporter]
    numbers: tuple[int, ...] = ()
    words: str = ""
    others: int = 0

    @property
    def matching(self) -> Matching:
        """Which lines were left in the time of which window."""
        return match(self.windows, [record.time for record in self.records])

    def texts(self, window: Window) -> list[str]:
        """Find the lines that were left in the time of `window`."""
        return [record.text for record in self.records if window.holds(record.time)]

    def numbered(self, numbers: Sequence[int], words: str = "", others: int = 0) -> Printed:
        """Return the same, where the line of each window should have its number, after `words`.

        It may be smaller by `others`: so many calls of other processes may have come later.
        """
        return replace(self, numbers=tuple(numbers), words=words, others=others)

    def timeline(self) -> Timeline:
        """Show each call, and the lines that were left in its time."""
        return by_time(
            self.windows,
            self.records,
            of=self.of,
            numbers=self.numbers,
            words=self.words,
            others=self.others,
            reporter=self.reporter(),
        )


class Trace:
    """What the submission's programs print, with bpf_trace_printk, as the workload acts.

    `call` is the lab's own, and `reporter` tells which program is to print.
    """

    def __init__(self, own: OwnTrace, call: str, reporter: Callable[[], Reporter]) -> None:
        self._own = own
        self._call = call
        self._reporter = reporter

    def collect(self) -> list[Record]:
        """Return the lines since the last call, in the order of time. A blank one is no event.

        Never waits. Raises InfraError.
        """
        made = (record for record in self._own.collect() if record.event == "bpf_trace_printk")
        return [record for record in made if not blank(record.text)]

    def forget(self) -> None:
        """Let go of what was printed so far."""
        self._own.forget()

    def during(
        self, act: Callable[..., Sequence[Window]], *arguments: object, of: str = ""
    ) -> Printed:
        """Call `act` with `arguments`, and return what is printed meanwhile, and nothing older.

        `of` is the call that is to be reported, the lab's own if it is not said.
        """
        self.collect()
        return self.since(act(*arguments), of)

    def since(self, windows: Sequence[Window], of: str = "") -> Printed:
        """Collect what was printed since the last time, while the calls of `windows` were made."""
        return Printed(tuple(windows), tuple(self.collect()), of or self._call, self._reporter)
