"""A page for each student on their hand-in, in an archive that the learning platform takes back."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence

from grader.base.messages import say, translate
from grader.base.text import clean
from grader.classroom.archive import harmless_name, packed
from grader.classroom.marks import Mark
from grader.report.html import html as report_page
from grader.submission.hand_in_files import Submission

Files = Mapping[str, Mapping[str, bytes]]
"""What was handed in, by the hash under which it was taken."""
_CANVAS = re.compile(r"(?:^|_)(?P<user>[0-9]+)_(?P<attachment>[0-9]+)_$")


def moodle_feedback(
    rows: Sequence[Mark], files: Files, lab: str, lang: str
) -> tuple[bytes, Sequence[Mark]]:
    """Return what Moodle's "Upload multiple feedback files in a zip" takes, and who is left out.

    A page goes to whom the number in its folder's name belongs, whatever the name before it is.
    Those who have a page and no number are left out. Moodle takes a page that it has already once
    more: it compares with what was handed in, not with the feedback.

    Source: mod/assign/feedback/file/importziplib.php of Moodle.
    """

    def path(mark: Mark) -> str:
        number = mark.student.number
        if not re.fullmatch("[0-9]+", number):
            return ""
        return f"{_name(mark)}_{number}_assignsubmission_file/{_page_name(lab)}"

    return _archive(_pages(rows, files, lab, lang), path)


def canvas_feedback(
    rows: Sequence[Mark], files: Files, lab: str, lang: str
) -> tuple[bytes, Sequence[Mark]]:
    """Return what Canvas's "Upload Submissions" takes, and who is left out.

    Canvas takes the first two numbers between `_` for the student's and for that of a file that
    they handed in, and attaches the page to a comment, under that file's name. Both are known of
    hand-ins that "Download Submissions" gave, but for anonymous ones.

    Source: infer_comment_context_from_filename in app/models/assignment.rb of canvas-lms.
    """

    def path(mark: Mark) -> str:
        found = _CANVAS.search(mark.grading.source if mark.grading else "")
        if not found:
            return ""
        return f"{_name(mark)}_{found['user']}_{found['attachment']}_{_page_name(lab)}"

    return _archive(_pages(rows, files, lab, lang), path)


def _archive(
    pages: Sequence[tuple[Mark, str]], path: Callable[[Mark], str]
) -> tuple[bytes, Sequence[Mark]]:
    """Pack the pages whose place is known; those of whom it is not come beside."""
    found = {path(mark): page.encode() for mark, page in pages}
    found.pop("", None)
    return packed(found), [mark for mark, _ in pages if not path(mark)]


def _pages(rows: Sequence[Mark], files: Files, lab: str, lang: str) -> Sequence[tuple[Mark, str]]:
    """Write a page for each who has a verdict, or whose hand-in could not be read."""
    pages = []
    for mark in rows:
        if mark.grading and mark.result:
            taken = Submission(files.get(mark.grading.hash, {}), {})
            pages.append((mark, report_page(mark.result, {lab: taken})))
        elif mark.state == "unreadable":
            pages.append((mark, _unreadable(mark, lab, lang)))
    return pages


def _unreadable(mark: Mark, lab: str, lang: str) -> str:
    why = clean(mark.grading.problem) if mark.grading else ""
    told = say("What you handed in for {lab} could not be read: {why}.", lab=lab, why=why)
    remedy = say("It was not graded. Ask your instructor whether you may hand it in again.")
    title, *sentences = (
        html.escape(translate(each, lang)) for each in (say("Not graded"), told, remedy)
    )
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f"<h1>{title}</h1>\n" + "".join(f"<p>{sentence}</p>\n" for sentence in sentences)
    )


def _page_name(lab: str) -> str:
    return f"labebpf-{lab}.html"


def _name(mark: Mark) -> str:
    """Return a student's name as a part between `_`, which no system takes for a number."""
    name = harmless_name((mark.student.name or mark.student.id).replace("_", " "))
    return "student" if name.isdigit() else name
