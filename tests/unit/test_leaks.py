"""No solution gets into a students' copy unseen, however it is hidden; and nothing else is one."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import marshal
import re
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from grader.authoring.fingerprints import bare, tokens
from grader.authoring.leaks import Search, secrets
from grader.authoring.mutants import mutants
from grader.authoring.new import PAIRINGS, calls, new, samples
from grader.authoring.student_files import student_files
from grader.labs import load_course
from grader.labs.stubs import solved_file, solved_texts
from tests.support.checkout import ROOT

COURSE = load_course(ROOT)
LABS = list(COURSE.labs().values())
FILES = [f"{lab.name}/{name}" for lab in LABS for name in lab.edits]
RENAMED = {
    "lab1/directory_create.py": {"b": "bpf_object", "message": "m", "seconds": "when"},
    "lab2/timestamp.c": {
        "timestamp_mkdir_class": "sample", "timestamp_mkdir": "ns", "events": "out", "data": "s",
    },
    "lab2/timestamp.py": {
        "TimestampMkdir": "S", "timestamp_mkdir": "ns", "afficher_evenement": "show", "b": "o",
        "event": "e",
    },
    "lab3/counter.c": {
        "compteur": "t", "index_compteur": "k", "premier": "one", "compteur_pointeur": "p",
    },
    "lab3/counter.py": {"b": "o", "compteur": "t", "shown": "last", "value": "v", "_key": "_"},
}  # fmt: skip


@pytest.fixture(scope="module")
def search() -> Search:
    return Search(secrets(COURSE, ROOT))


def solution(file: str) -> str:
    """Return what a student has to write in `file`, without the marks.

    Where that is short, it is all of the solution's file.
    """
    text = (ROOT / "solutions" / file).read_text()
    solved = "\n".join(solved_texts(text))
    return solved_file(text) if short(solved) else solved


def short(text: str) -> bool:
    """Tell whether `text` is so little, such as an empty program, that it is nobody's secret."""
    return len(tokens(bare(text))) < 20


def near_its_stub(path: Path) -> bool:
    """Tell whether the answer `path` has hardly more than its stub, a program to be corrected."""
    stub = ROOT / "exercises" / path.relative_to(ROOT / "solutions").parts[0] / path.name
    return stub.is_file() and len(rows(path.read_text()) - rows(stub.read_text())) < 12


def rows(text: str) -> set[tuple[str, ...]]:
    """Return each six words and signs of `text` that follow each other."""
    found = tokens(bare(text))
    return set(zip(*(found[start:] for start in range(6)), strict=False))


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def tarred(name: str, data: bytes, mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def picture(*chunks: tuple[bytes, bytes], tail: bytes = b"") -> bytes:
    """Make a PNG of one pixel, with further chunks, and a `tail` after its end."""
    data = b"\x89PNG\r\n\x1a\n"
    pixel = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
    )
    for kind, body in (*pixel, *chunks, (b"IEND", b"")):
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    return data + tail


def catalogue(text: str, write: Callable[..., None]) -> bytes:
    new = Catalog(locale="fr")
    new.add("Press Ctrl-C.", text)
    written = io.BytesIO()
    write(written, new)
    return written.getvalue()


def one_per_line(text: str) -> str:
    return re.sub(r"(?<=\W)(?=\w)|(?<=\w)(?=\W)", "\n\t ", text)


WAYS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "without line ends": lambda text: " ".join(text.split()).encode(),
    "other white space": lambda text: one_per_line(text).encode(),
    "without comments": lambda text: bare(text).encode(),
    "as comments in C": lambda text: re.sub("^", " * ", text, flags=re.MULTILINE).encode(),
    "as comments in Python": lambda text: re.sub("^", "## ", text, flags=re.MULTILINE).encode(),
    "as a patch": lambda text: re.sub("^", "+", text, flags=re.MULTILINE).encode(),
    "in Markdown": lambda text: re.sub("^", "> ", text, flags=re.MULTILINE).encode(),
    "with Windows' line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "zipped": lambda text: zipped("notes.txt", text.encode()),
    "zipped twice": lambda text: zipped("a.zip", zipped("notes.txt", text.encode())),
    "tar.gz": lambda text: tarred("notes.txt", text.encode()),
    "tar in bz2 in a zip": lambda text: zipped("a", bz2.compress(tarred("n", text.encode(), "w"))),
    "gzip": lambda text: gzip.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 in lines": lambda text: base64.encodebytes(text.encode()),
    "base64 of gzip": lambda text: b"data = '%s'" % base64.b64encode(gzip.compress(text.encode())),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "JSON": lambda text: json.dumps({"a": text}).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"a": text})).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "escaped": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, big-endian, no mark": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "UTF-16 in base64": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "in a .mo": lambda text: catalogue(text, write_mo),
    "in a .po": lambda text: catalogue(text, write_po),
    "in a picture's tail": lambda text: picture(tail=text.encode()),
    "zipped in a picture's tail": lambda text: picture(tail=zipped("a", text.encode())),
    "in a picture's text": lambda text: picture((b"zTXt", b"a\0\0" + zlib.compress(text.encode()))),
    "in a program's tail": lambda text: Path("/bin/true").read_bytes() + text.encode("utf-16-le"),
}  # fmt: skip


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_solution_is_found(search: Search, way: str, file: str) -> None:
    found = search.look("hidden", WAYS[way](solution(file)))
    assert found and found.place.startswith("hidden")
    assert found.resembles.startswith(f"solutions/{file.split('/')[0]}/")


@pytest.mark.parametrize("file", RENAMED)
def test_other_names_hide_nothing(search: Search, file: str) -> None:
    text = solution(file)
    for old, new_name in RENAMED[file].items():
        text = re.sub(rf"\b{old}\b", new_name, text)
    found = search.look("hidden", text.encode())
    assert found and found.resembles.startswith(f"solutions/{file.split('/')[0]}/")


@pytest.mark.parametrize("file", [file for file in FILES if file.endswith(".py")])
def test_byte_code_hides_nothing(search: Search, file: str) -> None:
    code = compile((ROOT / "solutions" / file).read_text(), "x.py", "exec")
    data = MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    for hidden in (data, zipped("a.pyc", data), base64.b64encode(data)):
        found = search.look("hidden", hidden)
        assert found and found.resembles.startswith(f"solutions/{file.split('/')[0]}/")


@pytest.mark.parametrize("file", FILES)
def test_a_mutant_is_a_solution_too(search: Search, file: str) -> None:
    text = (ROOT / "solutions" / file).read_text()
    for mutant in mutants(file, text):
        solved = "\n".join(solved_texts(mutant.text))
        assert short(solved) or search.look("hidden", solved.encode()), mutant.diff()


def test_known_answers_and_attacks_are_found(search: Search) -> None:
    paths = [*ROOT.glob("solutions/*/*/**/*"), *ROOT.glob("tests/attacks/**/*")]
    texts = {path: path.read_bytes() for path in paths if path.suffix in (".c", ".py")}
    missed = [path for path, data in texts.items() if not search.look("hidden", data)]
    assert len(texts) > 300
    missed = [path for path in missed if not short(path.read_text(errors="replace"))]
    assert [path for path in missed if not near_its_stub(path)] == []


@pytest.mark.parametrize(
    "sealed",
    [b"7z\xbc\xaf\x27\x1c" + bytes(99), b"Rar!\x1a\x07\x01\0", b"\x28\xb5\x2f\xfd" + bytes(9)],
)
def test_what_cannot_be_looked_into_is_refused(search: Search, sealed: bytes) -> None:
    for hidden in (sealed, zipped("a", sealed)):
        found = search.look("hidden", hidden)
        assert found and found.resembles == ""


def test_a_zip_with_a_password_is_refused(search: Search) -> None:
    data = bytearray(zipped("a", b"x" * 999))
    data[6] |= 1  # Its entry says that it is encrypted.
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found = search.look("hidden", bytes(data))
    assert found and found.resembles == ""


def test_an_archive_that_never_ends_is_refused(search: Search) -> None:
    found = search.look("hidden", gzip.compress(bytes(100 << 20)))
    assert found and found.resembles == ""


def test_nothing_of_our_own_copy_is_a_solution(search: Search) -> None:
    files = student_files(COURSE, LABS, "https://example.org/copy.git")
    assert {"labebpf", "README.md", "exercises/lab1/conftest.py"} <= files.keys()
    assert [leak for path, data in files.items() if (leak := search.look(path, data))] == []


def test_no_byte_code_of_the_grader_is_a_solution(search: Search) -> None:
    """A copy in which somebody has worked has it."""
    leaks = []
    for path in (*ROOT.glob("grader/**/*.py"), *ROOT.glob("exercises/*/[ct]*_*.py")):
        data = MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(path.read_bytes(), "x", "exec"))
        leaks += [leak] if (leak := search.look(str(path), data)) else []
    assert leaks == []


def test_nothing_of_a_new_lab_is_a_solution(search: Search, tmp_path: Path) -> None:
    """Its handout, checks and stubs are made of the same templates as its solution."""
    (tmp_path / "bpf_templates").symlink_to(ROOT / "bpf_templates")
    for number, (hook, output) in enumerate(PAIRINGS, 20):
        new(f"lab{number}", hook, output, list(calls(hook))[number % len(calls(hook))], tmp_path)
    files = [path for path in tmp_path.glob("exercises/*/*") if path.is_file()]
    assert [leak for path in files if (leak := search.look(str(path), path.read_bytes()))] == []
    for _, text in samples(ROOT):
        assert search.look("hidden", "\n".join(solved_texts(text)).encode())


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, check=True)


@pytest.mark.parametrize("packed", [False, True])
def test_history_hides_nothing(search: Search, tmp_path: Path, packed: bool) -> None:
    git(tmp_path, "init", "-q")
    file = tmp_path / "notes.txt"
    file.write_text(solution("lab3/counter.c"))
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "one")
    file.write_text("Nothing.\n")
    git(tmp_path, "commit", "-qam", "two")
    if packed:
        git(tmp_path, "gc", "-q")
    (leak,) = search.look_in_folder(tmp_path, ())
    assert leak.place.startswith("git: blob ") and leak.place.endswith(" notes.txt")
    assert leak.resembles == "solutions/lab3/counter.c"


def test_what_no_branch_leads_to_is_history_too(search: Search, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "--allow-empty", "-qm", solution("lab3/counter.py"))
    git(tmp_path, "commit", "--allow-empty", "--amend", "-qm", "nothing")
    git(tmp_path, "reflog", "expire", "--expire=now", "--all")
    (leak,) = search.look_in_folder(tmp_path, ())
    assert leak.place.startswith("git: commit ")
