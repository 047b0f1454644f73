"""What the student has reached so far: a cache, which each grading of their own folder refreshes.

It lies in the checkout, not in the user's home: it is about this checkout's files, and the same
for the user who edits them as for root, who grades them with sudo.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from grader.base.atomic_write import make_folder, put
from grader.base.lock import locked
from grader.labs import Lab, Task
from grader.submission.hand_in_files import Submission, read_submission
from grader.verdict.record import WRONG, Status

FOLDER = ".labebpf"
_SCHEMA = "labebpf/progress/v1"


@dataclass(frozen=True)
class LastVerdict:
    """A verdict, and the digest of the files that it was about."""

    status: Status
    files: str


@dataclass(frozen=True)
class LabProgress:
    """What was reached in one lab, each by the task's id."""

    marks: Mapping[str, LastVerdict] = field(default_factory=dict)
    hints: Mapping[str, int] = field(default_factory=dict)
    """The level of the hint that was shown last."""

    def passed(self, task_id: str) -> bool:
        return task_id in self.marks and self.marks[task_id].status is Status.PASS

    @property
    def failed(self) -> bool:
        """Whether something in it was found to be wrong."""
        return any(mark.status in WRONG for mark in self.marks.values())

    def next(self, lab: Lab) -> Task | None:
        """Return the first task of `lab` that is not passed, and whose needs are; or None."""
        for task in lab.tasks:
            if not self.passed(task.id) and all(map(self.passed, task.needs)):
                return task
        return None


class Progress:
    """The progress in the checkout `root`. A file that is missing or broken is as if it was new.

    What cannot be written is not kept: nothing depends on it.
    """

    def __init__(self, root: Path) -> None:
        self._exercises = root / "exercises"
        self._folder = root / FOLDER
        self._path = self._folder / "progress.json"

    def of(self, lab: Lab) -> LabProgress:
        return self._read().get(lab.name, LabProgress())

    def latest(self) -> list[str]:
        """Return the names of the labs that something is known of, the one worked on last first."""
        return list(reversed(self._read()))

    def files(self, lab: Lab) -> str:
        """Return the digest of the student's files as they are now."""
        return files_digest(read_submission(self._exercises, lab.name, lab.edits))

    def record(self, lab: Lab, verdicts: Mapping[str, Status], submission: Submission) -> None:
        """Keep `verdicts` on public tasks of `lab`, which were about the files of `submission`."""
        files = files_digest(submission)
        public = {task.id for task in lab.tasks if not task.private}
        new = {
            task: LastVerdict(status, files) for task, status in verdicts.items() if task in public
        }
        self._change(lab, lambda before: replace(before, marks={**before.marks, **new}))

    def next_hint(self, lab: Lab, task: Task) -> tuple[int, bool]:
        """Return the level of the hint to show now, from 1, and whether that is remembered."""
        level = self.of(lab).hints.get(task.id, 0) + 1
        level = max(1, min(level, len(task.hints)))
        return level, self._change(
            lab, lambda before: replace(before, hints={**before.hints, task.id: level})
        )

    def forget(self, lab: Lab) -> None:
        self._change(lab, lambda before: LabProgress())

    def _read(self) -> dict[str, LabProgress]:
        try:
            record = json.loads(self._path.read_bytes())
            if record["schema"] != _SCHEMA:
                return {}
            return {
                str(name): LabProgress(
                    marks={
                        str(task): LastVerdict(Status(mark["status"]), str(mark["files"]))
                        for task, mark in told["marks"].items()
                    },
                    hints={str(task): int(level) for task, level in told["hints"].items()},
                )
                for name, told in record["labs"].items()
            }
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return {}

    def _change(self, lab: Lab, change: Callable[[LabProgress], LabProgress]) -> bool:
        """Write what `change` makes of the progress in `lab`; tell whether that was possible."""
        try:
            make_folder(self._folder)
            with locked(self._folder):
                labs = self._read()
                labs[lab.name] = change(labs.pop(lab.name, LabProgress()))  # The last one now.
                told = {name: asdict(progress) for name, progress in labs.items()}
                record = {"schema": _SCHEMA, "labs": told}
                put(self._path, f"{json.dumps(record, indent=1)}\n".encode())
        except OSError:
            return False
        return True


def files_digest(submission: Submission) -> str:
    """Return what tells the files of `submission` from all others: a SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    for name, data in sorted(submission.files.items()):
        digest.update(f"{name} {len(data)}\0".encode() + data)
    return digest.hexdigest()
