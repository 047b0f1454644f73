"""Recognise how hand-ins were collected: by which system, and whose each of them is.

The formats are described by where their systems write them: Moodle in
mod/assign/classes/downloader.php, Canvas in lib/content_zipper.rb, Autolab in
app/controllers/submissions_controller.rb, GitHub Classroom in cmd/gh-classroom/clone, and
Classroom 50 in cli/gh-teacher/internal/download.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

import yaml

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.base.text import clean
from grader.classroom.handin import Owner, Place

METADATA = "submission_metadata.yml"
"""What Gradescope puts beside the hand-ins."""
_JUNK = re.compile(r"(.*/)?(__MACOSX|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)(/.*)?")
_MOODLE = re.compile(r"(?P<name>[^/]*?)(_(?P<number>\d+))?_assignsubmission_[a-z]+(_?/|_)")
_CANVAS = re.compile(
    r"((?P<name>\w+?)_)?(?P<late>LATE_)?(?P<user>\d+|anon_\w+?)_(?P<attachment>\d+)_(?=[^/]+$)"
)
_AUTOLAB = re.compile(r"(?P<email>[^/]+@[^/_]+)_(?P<version>\d+)_(?=[^/]+$)")
_GRADESCOPE = re.compile(r"(?P<id>submission_\d+)/")
_GIT = re.compile(r"\.git(/|$)")
_CLONE = re.compile(r"[^/]+/\.git(/|$)")
_CLONES = re.compile(r"(?P<assignment>.+?)[-_]submissions(_[\dT_]+)?")
_ARCHIVE = re.compile(r"(?P<stem>.+?)(\.tar)?\.(zip|tar|tgz|tbz2|txz|tzst|gz|bz2|xz|zst)", re.I)


@dataclass(frozen=True)
class Listing:
    """What lies in a folder or an archive of hand-ins: paths, those of folders with a slash."""

    name: str
    paths: Sequence[str]
    top: str = ""
    """The folder in it in which all of them lie, with its slash."""

    @staticmethod
    def of(name: str, paths: Sequence[str]) -> Listing:
        """Leave out what systems strew, and go into folders that have nothing beside them."""
        kept = [path for path in paths if not _JUNK.fullmatch(path)]
        top = ""
        while only := _wrapping(kept):
            kept = [path[len(only) :] for path in kept if path != only]
            name, top = only[:-1], top + only
        return Listing(name, kept, top)

    @property
    def first(self) -> list[str]:
        """What lies at its top: files, and folders with a slash."""
        found: dict[str, None] = {}
        for path in self.paths:
            part, slash, _ = path.partition("/")
            found[part + slash] = None
        return list(found)


@dataclass
class Found:
    """Hand-ins by their owners, as a format finds them."""

    format: str
    places: list[Place] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    """Paths that belong to nobody."""


def _wrapping(paths: Sequence[str]) -> str:
    """Return the folder, with its slash, that holds all hand-ins and is none itself; else ""."""
    first, slash, _ = paths[0].partition("/") if paths else ("", "", "")
    only = first + slash
    inner = [path[len(only) :] for path in paths if path != only]
    if not slash or not inner or any(not path.startswith(only) for path in paths):
        return ""
    if _names_an_owner(only) or any(_GIT.match(path) for path in inner):
        return ""
    files = [path for path in inner if "/" not in path]
    collected = METADATA in files or _CLONES.fullmatch(first)
    return only if collected or all(map(_names_an_owner, files)) else ""


def _names_an_owner(path: str) -> bool:
    return any(each.match(path) for each in (_MOODLE, _CANVAS, _AUTOLAB, _GRADESCOPE))


def recognise(
    listing: Listing, read: Callable[[str], str], forced: str = "", names: Sequence[str] = ()
) -> Found:
    """Find whose hand-ins are in `listing`; `read` gives the text of a file in it.

    `names` are the lab's files. Raises UsageError where a hand-in lies there itself, or nothing.
    """
    if not listing.paths:
        raise UsageError(
            say("{name} is empty.", name=clean(listing.name)),
            say("Name the folder or archive with all hand-ins in it."),
        )
    if not forced and any(path in names for path in listing.paths):
        raise UsageError(
            say("{name} is one hand-in, and not a class's.", name=clean(listing.name)),
            say("Grade it: ./labebpf grade {name} --lab LAB", name=clean(listing.name)),
        )
    format = forced or _recognised(listing)
    found = FORMATS[format](listing, read)
    for path in listing.paths:
        inside = path.startswith(tuple(p for each in found.places for p in each.prefixes))
        if not inside and not path.endswith("/"):
            found.strange.append(path)
    top = listing.top
    found.places = [
        Place(
            each.owner,
            tuple(top + prefix for prefix in each.prefixes),
            each.attempt,
            each.received,
            each.late,
        )
        for each in found.places
    ]
    return found


def _recognised(listing: Listing) -> str:
    first = listing.first
    files = [path for path in first if not path.endswith("/")]
    if METADATA in files:
        return "gradescope"
    if any(_MOODLE.match(path) for path in listing.paths):
        return "moodle"
    if files and all(_AUTOLAB.match(path) for path in files):
        return "autolab"
    if files and all(_CANVAS.match(path) for path in files):
        return "canvas"
    if any(_CLONE.match(path) for path in listing.paths):
        return "clones"
    return "plain"


def _moodle(listing: Listing, read: Callable[[str], str]) -> Found:
    by_owner: dict[str, tuple[Owner, list[str]]] = {}
    for path in listing.paths:
        if found := _MOODLE.match(path):
            name, number = found["name"].strip(), found["number"] or ""
            _, prefixes = by_owner.setdefault(number or name, (Owner(number or name, name), []))
            if found[0] not in prefixes:
                prefixes.append(found[0])
    return Found("moodle", [Place(owner, tuple(each)) for owner, each in by_owner.values()])


def _canvas(listing: Listing, read: Callable[[str], str]) -> Found:
    by_owner: dict[str, tuple[Owner, list[str], list[bool]]] = {}
    for path in listing.paths:
        if found := _CANVAS.match(path):
            owner = Owner(found["user"], found["name"] or "")
            _, prefixes, late = by_owner.setdefault(owner.id, (owner, [], []))
            prefixes.append(found[0])
            late.append(bool(found["late"]))
    places = [Place(owner, tuple(each), late=any(late)) for owner, each, late in by_owner.values()]
    return Found("canvas", places)


def _autolab(listing: Listing, read: Callable[[str], str]) -> Found:
    places = {}
    for path in listing.paths:
        if found := _AUTOLAB.match(path):
            owner = Owner(found["email"].casefold(), email=found["email"])
            places[found[0]] = Place(owner, (found[0],), int(found["version"]))
    return Found("autolab", list(places.values()))


def _gradescope(listing: Listing, read: Callable[[str], str]) -> Found:
    metadata = _metadata(read(listing.top + METADATA))
    places = []
    for path in listing.first:
        if not (found := _GRADESCOPE.fullmatch(path)):
            continue
        told = metadata.get(found["id"]) or {}
        received, listed = str(told.get(":created_at") or ""), told.get(":submitters")
        submitters = (
            [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        )
        for each in submitters or [{}]:
            email, sid = (str(each.get(key) or "") for key in (":email", ":sid"))
            owner = Owner(sid or email or found["id"], str(each.get(":name") or ""), email)
            places.append(Place(owner, (path,), received=received))
    return Found("gradescope", places)


def _metadata(text: str) -> Mapping[str, Mapping[str, object]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        told = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        told = None
    if not isinstance(told, dict):
        raise UsageError(
            say("{name} is not as Gradescope writes it.", name=METADATA),
            say("Export the submissions again, or give --format plain."),
        )
    return {str(key): each for key, each in told.items() if isinstance(each, dict)}


def _clones(listing: Listing, read: Callable[[str], str]) -> Found:
    folders = [path for path in listing.first if path.endswith("/")]
    named = _CLONES.fullmatch(listing.name)
    assignment = f"{named['assignment']}-" if named else _shared([each[:-1] for each in folders])
    places = [Place(Owner(each[:-1].removeprefix(assignment)), (each,)) for each in folders]
    return Found("clones", places)


def _shared(names: Sequence[str]) -> str:
    """Return what all `names` begin with, up to their last shared hyphen; "" for a single name."""
    if len(names) < 2:
        return ""
    parts = [name.split("-")[:-1] for name in names]
    return "".join(f"{each[0]}-" for each in takewhile(_same, zip(*parts, strict=False)))


def _same(parts: Sequence[str]) -> bool:
    return len(set(parts)) == 1


def _plain(listing: Listing, read: Callable[[str], str]) -> Found:
    places = []
    for path in listing.first:
        archive = _ARCHIVE.fullmatch(path)
        if path.endswith("/") or archive:
            name = archive["stem"] if archive else path[:-1]
            owner = Owner(name, email=name if "@" in name else "")
            places.append(Place(owner, (path,)))
    return Found("plain", places)


FORMATS: Mapping[str, Callable[[Listing, Callable[[str], str]], Found]] = {
    "moodle": _moodle,
    "gradescope": _gradescope,
    "canvas": _canvas,
    "autolab": _autolab,
    "clones": _clones,
    "plain": _plain,
}


def title(format: str) -> Message:
    """Return the name of `format` that people are shown."""
    return {
        "moodle": say("Moodle's download of all submissions"),
        "gradescope": say("An export of Gradescope"),
        "canvas": say("Canvas's download of submissions"),
        "autolab": say("Autolab's download of submissions"),
        "clones": say("Clones of students' repositories"),
        "plain": say("A folder or an archive for each hand-in"),
    }[format]
