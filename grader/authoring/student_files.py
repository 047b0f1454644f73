"""What stands in a students' copy of a course, and in which file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from grader.base.copy_manifest import STUBS
from grader.base.errors import CourseError
from grader.base.messages import say
from grader.base.paths import ENGINE, PACKAGE
from grader.base.templates import open_templates
from grader.labs import Lab
from grader.labs.course import MANIFEST, Course
from grader.labs.manifest import Text
from grader.labs.stubs import stubs

_ENGINE = ("labebpf", "pyproject.toml", "conftest.py", "LICENSE")
_PAGES = Path(__file__).with_name("copy_pages")
_AS_THEY_ARE = {
    "gitattributes": ".gitattributes",
    "gitignore": ".gitignore",
    "settings.json": ".vscode/settings.json",
    "extensions.json": ".vscode/extensions.json",
    "github-actions.yml": ".github/workflows/grade.yml",
    "gitlab-ci.yml": ".gitlab-ci.yml",
}
_RENDERED = ("README.md", "README.fr.md")
_NOT_PUBLISHED = (
    *("__pycache__", "*.pyc", ".*", "*~", "*.po", "*.bak-*", "*.new", "*.new-*"),
    *("*.from-shell*", "*.egg-info", "shipped"),
)
"""What lies about in a folder in which somebody works; catalogues are read compiled."""


def student_files(course: Course, labs: Sequence[Lab], source: str) -> dict[str, bytes]:
    """Make the files of a copy with `labs` that gets its updates from `source`, as bytes by path.

    Raises CourseError for stubs that cannot be made, and for a file that cannot be read.
    """
    files = dict(_engine_files())
    for lab in labs:
        files |= _lab_files(lab)
        files |= {
            f"{STUBS}/{lab.name}/{path.name}": text.encode()
            for path, text in stubs(lab, lab.solutions)
        }
    files |= {place: _read(_PAGES / name) for name, place in _AS_THEY_ARE.items()}
    files |= {name: _page(name, course, labs, source) for name in _RENDERED}
    files[MANIFEST] = _course_manifest(course, labs)
    return dict(sorted(files.items()))


def edits(labs: Sequence[Lab]) -> tuple[str, ...]:
    """Return the paths of the files that students edit in a copy with `labs`."""
    return tuple(f"exercises/{lab.name}/{name}" for lab in labs for name in lab.edits)


def _engine_files() -> Iterator[tuple[str, bytes]]:
    for name in _ENGINE:
        yield name, _read(ENGINE / name)
    for path in _published(PACKAGE, "**/*"):
        yield f"grader/{path.relative_to(PACKAGE)}", _read(path)
    for path in _published(ENGINE / "bpf_templates", "*.j2"):  # What is in lab has solutions in it.
        yield f"bpf_templates/{path.name}", _read(path)


def _lab_files(lab: Lab) -> dict[str, bytes]:
    """Return the handouts, manifest and checks of `lab`, and what these need, without its stubs."""
    return {
        f"exercises/{lab.name}/{path.relative_to(lab.folder)}": _read(path)
        for path in _published(lab.folder, "**/*")
        if str(path.relative_to(lab.folder)) not in lab.edits
    }


def _published(folder: Path, pattern: str) -> Iterator[Path]:
    for path in sorted(folder.glob(pattern)):
        parts = path.relative_to(folder).parts
        if any(fnmatch(part, name) for part in parts for name in _NOT_PUBLISHED):
            continue
        if path.is_symlink():
            raise CourseError(
                say("{path} is a link.", path=path),
                say("Put the file itself there: a copy has nothing outside of it."),
            )
        if path.is_file():
            yield path


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(
            say("{path} cannot be read: {error}.", path=path, error=error.strerror),
            say("Make it a file that you may read."),
        ) from error


def _page(name: str, course: Course, labs: Sequence[Lab], source: str) -> bytes:
    text = (
        open_templates(_PAGES)
        .get_template(f"{name}.j2")
        .render(
            title=course.title
            if course.title.en or course.title.fr
            else Text("labebpf", "labebpf"),
            labs=labs,
            first=labs[0],
            task=labs[0].tasks[0].id,
            source=source,
        )
    )
    return text.encode()


def _course_manifest(course: Course, labs: Sequence[Lab]) -> bytes:
    """Make course.toml of the copy: the parts of `course`, with no other labs than `labs`."""
    names = [lab.name for lab in labs]
    lines = ["# What this course teaches, and in which order.", "format = 1", "", "[course]"]
    lines += [f"title = {_text(course.title, course)}"]
    lines += [f"languages = {json.dumps(course.languages)}", 'engine = "."']
    for part in course.parts:
        if chosen := [name for name in part.labs if name in names]:
            lines += ["", "[[part]]", f"title = {_text(part.title, course)}"]
            lines += [f"labs = {json.dumps(chosen)}"]
    return ("\n".join(lines) + "\n").encode()


def _text(text: Text, course: Course) -> str:
    pairs = (
        f"{lang} = {json.dumps(text.get(lang), ensure_ascii=False)}" for lang in course.languages
    )
    return f"{{ {', '.join(pairs)} }}"
