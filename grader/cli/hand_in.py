"""Which folder is graded: the student's own, another one, or what somebody handed in."""

from __future__ import annotations

from pathlib import Path

from grader.base.errors import UsageError
from grader.base.messages import say
from grader.base.text import clean
from grader.cli import options
from grader.labs import Course, Lab
from grader.submission.hand_in_files import find_hand_in
from grader.ui.localized_click import note


def submitted(
    course: Course,
    names: tuple[str, ...],
    of: tuple[str, ...],
    submission: str | None,
    labs: list[Lab],
) -> Path:
    """Return the folder to grade. Raises UsageError where that has no files of `labs`."""
    if of:
        return _hand_in(course, names, submission, labs)
    folder = options.submission_folder(course, submission)
    if submission is None:
        for lab in labs:
            options.place(course, lab)
    else:
        _refuse_empty(course, folder, labs)
    return folder


def _hand_in(
    course: Course, names: tuple[str, ...], submission: str | None, labs: list[Lab]
) -> Path:
    """Return the folder that was handed in, and say where in it the files of each lab are.

    Raises UsageError.
    """
    if len(names) != 1 or submission is not None:
        raise UsageError(
            say("--lab is for one hand-in."), say("Write: ./labebpf grade DIR --lab LAB")
        )
    folder = options.folder_named("DIR", names[0], Path())
    if course.folder.is_relative_to(folder):
        # Its checks would be those of who handed it in.
        raise UsageError(
            say("The course {course} lies in the hand-in itself.", course=course.folder),
            say("Grade from the folder of your own course, or name it: labebpf --course DIR grade"),
        )
    for lab in labs:
        place = find_hand_in(folder, lab.name, lab.edits)
        note(say("{lab} is taken from {place}.", lab=lab.name, place=clean(str(place))))
    return folder


def _refuse_empty(course: Course, folder: Path, labs: list[Lab]) -> None:
    """Raise UsageError where `folder` has files of none of `labs`."""
    for lab in labs:
        try:
            find_hand_in(course.hand_in(folder, lab), lab.name, lab.edits)
            return
        except UsageError as error:
            refused = error
    raise refused
