"""A course of one's own: its folder, and labs of labebpf in it, followed or copied."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from contextlib import ExitStack
from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from grader.base.atomic_write import give_back, make_folder, put
from grader.base.errors import CourseError, UsageError
from grader.base.messages import say
from grader.base.paths import CHECKOUT, ENGINE, PACKAGE
from grader.base.templates import open_templates
from grader.labs import Course, find_labs, load_course, load_lab
from grader.labs.course import MANIFEST
from grader.labs.stubs import stubs

_TEMPLATES = Path(__file__).with_name("new_course")
_IGNORED = "\n".join((".venv/", ".labebpf/", ".pytest_cache/", "__pycache__/", "*.bak-*", ""))
_LABS = re.compile(r"^(\s*labs\s*=\s*\[)([^\]]*?)(\s*\])", re.MULTILINE)


def own_engine(folder: Path) -> str:
    """Return what `engine` in the course.toml of `folder` names for the labebpf that runs now."""
    if CHECKOUT:
        return os.path.relpath(ENGINE, folder.resolve())
    installed = distribution("labebpf")
    # What pip was given, if that was no name: PEP 610.
    url = str(json.loads(installed.read_text("direct_url.json") or "{}").get("url", ""))
    wheel = Path(unquote(urlsplit(url).path))
    if url.startswith("file:") and wheel.is_file():
        return os.path.relpath(wheel, folder.resolve())
    return f"labebpf @ {url}" if url.startswith("https:") else f"labebpf=={installed.version}"


def new_course(folder: Path, title: str, engine: str) -> None:
    """Make a course in `folder`, which is empty or not there yet. Raises UsageError.

    After an error no file of the course is left.
    """
    files = {name: text.encode() for name, text in _rendered(title, engine).items()}
    files["labebpf"] = (ENGINE / "labebpf").read_bytes()
    files["conftest.py"] = (ENGINE / "conftest.py").read_bytes()
    files["pytest.ini"] = (PACKAGE / "runner" / "pytest.ini").read_bytes()
    files[".gitignore"] = _IGNORED.encode()
    files["exercises/.gitkeep"] = files["solutions/.gitkeep"] = b""
    try:
        _refuse_full(folder)
        with ExitStack() as undo:
            if not folder.exists():
                make_folder(folder, new=True)
                undo.callback(shutil.rmtree, folder, ignore_errors=True)
            for name, data in files.items():
                undo.callback((folder / name).unlink, missing_ok=True)
                make_folder((folder / name).parent)
                put(folder / name, data)
            (folder / "labebpf").chmod(0o755)
            load_course(folder)
            undo.pop_all()
    except OSError as error:
        raise _unwritten(folder, error) from error


def _refuse_full(folder: Path) -> None:
    """Raise UsageError where `folder` has something in it, other than the repository for it."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise UsageError(
            say("{folder} is a file, not a folder.", folder=folder), say("Name another one.")
        )
    if (folder / MANIFEST).exists():
        raise UsageError(
            say("{folder} is a course already.", folder=folder),
            say("Add labs to it: ./labebpf course add LAB"),
        )
    if found := sorted({path.name for path in folder.iterdir()} - {".git"}):
        raise UsageError(
            say("{folder} is not empty: it has {name}.", folder=folder, name=found[0]),
            say("Name an empty folder, or one that does not exist yet."),
        )


def _rendered(title: str, engine: str) -> dict[str, str]:
    environment = open_templates(_TEMPLATES)
    environment.filters["toml"] = lambda text: json.dumps(text, ensure_ascii=False)
    return {
        path.stem: environment.get_template(path.name).render(title=title, engine=engine)
        for path in sorted(_TEMPLATES.glob("*.j2"))
    }


def refuse_lab(course: Course, name: str) -> None:
    """Raise UsageError unless `name` is a lab of the engine that `course` can have."""
    labs = find_labs(ENGINE / "exercises")
    if name not in labs:
        raise UsageError(
            say("labebpf has no lab {name}.", name=name),
            say("It has {names}. One of your own: ./labebpf new {name}", names=", ".join(labs),
                name=name),
        )  # fmt: skip
    if (course.exercises / name / "lab.toml").exists():
        raise UsageError(
            say("{name} is this course's own already.", name=name),
            say("To follow that of labebpf, move yours away first."),
        )


def follow(course: Course, name: str) -> bool:
    """Add the lab `name` to the end of course.toml. Raises UsageError.

    Return False if the lab is named there already.
    """
    if name in course.named:
        return False
    path = course.folder / MANIFEST
    text = path.read_text(encoding="utf-8")
    changed = _with_lab(text, name)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, MANIFEST).write_text(changed, encoding="utf-8")
        try:
            right = load_course(Path(folder)).named == (*course.named, name)
        except CourseError:
            right = False
    if not right:
        raise UsageError(
            say("{path} has no list of labs that {name} could go into.", path=path, name=name),
            say('Write "{name}" into the labs of a [[part]].', name=name),
        )
    try:
        put(path, changed.encode())
    except OSError as error:
        raise _unwritten(path, error) from error
    return True


def _with_lab(text: str, name: str) -> str:
    """Return `text` of a course.toml with `name` as the last lab of the last part."""
    found = list(_LABS.finditer(text))
    if not found:
        part = f'[[part]]\ntitle = {{ en = "Labs", fr = "TP" }}\nlabs = ["{name}"]\n'
        return f"{text.rstrip()}\n\n{part}"
    last = found[-1]
    listed = last[2]
    comma = "" if not listed.strip() else " " if listed.endswith(",") else ", "
    return f'{text[: last.end(2)]}{comma}"{name}"{text[last.end(2) :]}'


def copy_lab(course: Course, name: str) -> list[Path]:
    """Make the engine's lab `name` one of the course's own, to be changed.

    Return the new paths of folders that had its name before. Raises UsageError, CourseError.
    """
    beside = shutil.ignore_patterns(".*", "__pycache__", "*.bak-*")
    moved: list[Path] = []
    now = datetime.now()
    try:
        with ExitStack() as undo:
            for kind in ("exercises", "solutions"):
                place = course.folder / kind / name
                if place.exists():
                    moved.append(place.rename(place.with_name(f"{name}.bak-{now:%Y%m%d-%H%M%S}")))
                    undo.callback(moved[-1].rename, place)
                undo.callback(shutil.rmtree, place, ignore_errors=True)
                make_folder(place.parent)
                shutil.copytree(ENGINE / kind / name, place, ignore=beside)
            lab = load_lab(course.exercises / name)
            for path, text in stubs(lab, course.solutions):
                path.write_text(text, encoding="utf-8")
            for kind in ("exercises", "solutions"):
                give_back(course.folder / kind / name)
            undo.pop_all()
    except OSError as error:
        raise _unwritten(course.folder / "exercises" / name, error) from error
    return moved


def _unwritten(path: Path, error: OSError) -> UsageError:
    return UsageError(
        say("{path} cannot be written: {error}.", path=path, error=error.strerror or error),
        say("Free some space, or take ownership of it, and try again."),
    )
