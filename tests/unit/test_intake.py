"""What a class handed in is read as each system hands it out, and nothing in it does harm."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.base.errors import UsageError
from grader.classroom.handin import HandIn
from grader.classroom.intake import take_in
from grader.classroom.roster import Register, read_roster
from tests.support.generated_class import tarred, zipped

WANTED = ("counter.c", "counter.py")
ADA = {"counter.c": b"int ada;\n", "counter.py": b"ada = 1\n"}
BOB = {"counter.c": b"int bob;\n", "counter.py": b"bob = 1\n"}

Files = Mapping[str, bytes]


def in_folder(root: Path, files: Files) -> Path:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def below(prefix: str, files: Files) -> dict[str, bytes]:
    return {prefix + name: data for name, data in files.items()}


def read(path: Path, format: str = "") -> tuple[str, dict[str, HandIn], list[str]]:
    """Return the format, the hand-ins by their owners' ids, and the files of nobody."""
    with take_in(path, "lab3", WANTED, format) as intake:
        hand_ins = list(intake.hand_ins())
        return intake.found.format, {each.owner.id: each for each in hand_ins}, intake.found.strange


MOODLE = below("Ada Lovelace_4711_assignsubmission_file/", ADA) | below(
    "Bob É_4712_assignsubmission_file/lab3/", BOB
)
COLLECTED: dict[str, tuple[str, Files, tuple[str, str]]] = {
    "moodle": ("moodle", MOODLE, ("4711", "4712")),
    "moodle before 4.1": (
        "moodle",
        below("Ada_1_assignsubmission_file_/", ADA) | below("Bob_2_assignsubmission_file_/", BOB),
        ("1", "2"),
    ),
    "moodle, flat": (
        "moodle",
        below("Ada_1_assignsubmission_file_", ADA) | below("Bob_2_assignsubmission_file_", BOB),
        ("1", "2"),
    ),
    "moodle, blind": (
        "moodle",
        below("Participant_1_assignsubmission_file/", ADA)
        | below("Participant_2_assignsubmission_file/", BOB),
        ("1", "2"),
    ),
    "moodle, groups": (
        "moodle",
        below("Group A_9_assignsubmission_file/", ADA)
        | below("Default group_assignsubmission_file/", BOB),
        ("9", "Default group"),
    ),
    "moodle, zips in it": (
        "moodle",
        {
            "Ada_1_assignsubmission_file/mine.zip": zipped(below("lab3/", ADA)),
            "Bob_2_assignsubmission_file/mine.tar.xz": tarred(BOB, "w:xz"),
            "Bob_2_assignsubmission_onlinetext/onlinetext.html": b"<p>Hello</p>",
        },
        ("1", "2"),
    ),
    "gradescope": (
        "gradescope",
        below("assignment_5_export/submission_1/", ADA)
        | below("assignment_5_export/submission_2/", BOB)
        | {
            "assignment_5_export/submission_metadata.yml": b"submission_1:\n"
            b"  :submitters:\n  - :name: Ada\n    :sid: '100'\n    :email: ada@example.org\n"
            b"  :created_at: 2026-11-20 10:15:00.000000 Z\n"
            b"submission_2:\n  :submitters: []\n"
        },
        ("100", "submission_2"),
    ),
    "canvas": (
        "canvas",
        {
            "lovelaceada_LATE_34_201_counter.c": ADA["counter.c"],
            "lovelaceada_LATE_34_202_counter-1.py": ADA["counter.py"],
            "bob_35_203_counter.c": BOB["counter.c"],
            "bob_35_204_counter.py": BOB["counter.py"],
        },
        ("34", "35"),
    ),
    "canvas, anonymous": (
        "canvas",
        {
            "anon_AbC12_201_counter.c": ADA["counter.c"],
            "LATE_anon_AbC12_202_counter.py": ADA["counter.py"],
            "anon_x9_203_counter.c": BOB["counter.c"],
            "anon_x9_204_counter.py": BOB["counter.py"],
        },
        ("anon_AbC12", "anon_x9"),
    ),
    "autolab": (
        "autolab",
        {
            "ada@example.org_3_handin.tar": tarred(ADA, "w"),
            "b_b@example.org_1_handin.tar": tarred(BOB, "w"),
        },
        ("ada@example.org", "b_b@example.org"),
    ),
    "clones": (
        "clones",
        below("lab3-submissions/lab3-ada-l/", ADA | {".git/HEAD": b"ref"})
        | below("lab3-submissions/lab3-bob/", BOB | {".git/HEAD": b"ref"}),
        ("ada-l", "bob"),
    ),
    "classroom 50": (
        "clones",
        below("bpf-lab3_submissions_2026_11_20_T_10_15_05/bpf-lab3-ada/", ADA | {".git/HEAD": b""})
        | below("bpf-lab3_submissions_2026_11_20_T_10_15_05/bpf-lab3-b-b/", BOB)
        | {"bpf-lab3_submissions_2026_11_20_T_10_15_05/scores.csv": b"username\n"},
        ("ada", "b-b"),
    ),
    "plain": ("plain", below("ada/", ADA) | below("bob/work/lab3/", BOB), ("ada", "bob")),
    "plain, archives": (
        "plain",
        {"ada.zip": zipped(ADA), "bob.tar.bz2": tarred(below("x/", BOB), "w:bz2")},
        ("ada", "bob"),
    ),
}


@pytest.mark.parametrize("packed", ["folder", "zip", "tar"])
@pytest.mark.parametrize("kind", COLLECTED)
def test_each_system_s_hand_ins_are_recognised(kind: str, packed: str, tmp_path: Path) -> None:
    format, files, owners = COLLECTED[kind]
    path = tmp_path / "hand-ins"
    if packed == "folder":
        in_folder(path, files)
    else:
        path.write_bytes(zipped(files) if packed == "zip" else tarred(files))
    found, hand_ins, _ = read(path)
    assert found == format
    assert {owner: each.files for owner, each in hand_ins.items()} == dict(
        zip(owners, (ADA, BOB), strict=True)
    )
    assert [each.problem for each in hand_ins.values()] == ["", ""]


def test_what_systems_strew_is_nobodys_hand_in(tmp_path: Path) -> None:
    junk = {
        "__MACOSX/ada/._counter.c": b"\0\5",
        ".DS_Store": b"\0",
        "ada/._counter.c": b"\0\5",
        "ada/.git/counter.c": b"old",
        "ada/__pycache__/counter.py": b"old",
        "notes.txt": b"for myself",
    }
    _, hand_ins, strange = read(in_folder(tmp_path, below("ada/", ADA) | below("bob/", BOB) | junk))
    assert [each.files for each in hand_ins.values()] == [ADA, BOB]
    assert strange == ["notes.txt"]


def test_one_hand_in_is_no_class(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one hand-in"):
        read(in_folder(tmp_path, ADA))


def test_a_class_where_one_student_has_handed_in(tmp_path: Path) -> None:
    _, hand_ins, _ = read(in_folder(tmp_path, below("ada/", ADA)))
    assert hand_ins["ada"].files == ADA
    _, hand_ins, _ = read(in_folder(tmp_path / "m", below("A_1_assignsubmission_file/", ADA)))
    assert hand_ins["1"].files == ADA


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_where_nothing_is_that_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"There is no|is empty"):
        read(tmp_path / name)


def one(tmp_path: Path, data: bytes, name: str = "ada.zip") -> HandIn:
    """Return what is read of a hand-in that is this archive; assert that the other one is read."""
    root = in_folder(tmp_path / "class", {name: data} | below("bob/", BOB))
    _, hand_ins, _ = read(root)
    assert hand_ins["bob"].files == BOB
    return next(each for owner, each in hand_ins.items() if owner != "bob")


def link(to: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        member = zipfile.ZipInfo("counter.c")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, to)
    return out.getvalue()


def tar_of(kind: bytes, to: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("counter.c")
        member.type, member.linkname = kind, to
        archive.addfile(member)
    return out.getvalue()


def overlapping() -> bytes:
    """Make a zip whose second entry begins within the first one's data."""
    data = bytearray(zipped({"counter.c": zipped(ADA), "counter.py": b"x" * 100}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (40).to_bytes(4, "little")
    return bytes(data)


def forged() -> bytes:
    """Make a zip that says that 1 GiB of packed bytes follow."""
    data = bytearray(zipped(ADA))
    first = data.index(b"PK\x01\x02")
    data[first + 20 : first + 24] = (1 << 30).to_bytes(4, "little")
    return bytes(data)


def locked() -> bytes:
    data = bytearray(zipped(ADA))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.find(signature)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(signature, start + 4)
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "bomb": (lambda: zipped({f"{n}.zip": b"\0" * (15 << 20) for n in range(40)}), ".zip", "MiB"),
    "a bomb of gzip": (lambda: tarred({"big": b"\0" * (64 << 20)}), ".tar.gz", "MiB"),
    "a bomb of xz": (lambda: tarred({"big": b"\0" * (64 << 20)}, "w:xz"), ".tar.xz", "MiB"),
    "many": (lambda: zipped({f"{n}.txt": b"" for n in range(10_000)}), ".zip", "more than 2000"),
    "too large": (lambda: zipped({"counter.c": b" " * (1 << 20)}), ".zip", "larger than 256 KiB"),
    "overlapping": (overlapping, ".zip", "overlap"),
    "forged": (forged, ".zip", "damaged"),
    "locked": (locked, ".zip", "password"),
    "a link": (lambda: link("/etc/shadow"), ".zip", "is a link"),
    "a symbolic link": (lambda: tar_of(tarfile.SYMTYPE, "/etc/shadow"), ".tar", "is a link"),
    "a hard link": (lambda: tar_of(tarfile.LNKTYPE, "/etc/shadow"), ".tar", "is a link"),
    "a pipe": (lambda: tar_of(tarfile.FIFOTYPE), ".tar", "no regular file"),
    "cut off": (lambda: zipped(ADA)[:-30], ".zip", "damaged"),
    "a tar, cut off": (lambda: tarred(ADA)[:60], ".tar.gz", "damaged"),
    "text": (lambda: b"int main(void);", ".zip", "damaged"),
    "rar": (lambda: zipped({"mine.rar": b"Rar!\x1a\x07\0"}), ".zip", "not opened here"),
    "nested": (
        lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped(ADA)})})}),
        ".zip",
        "was not opened",
    ),
    "deep": (lambda: zipped(below("d/" * 40, ADA)), ".zip", "more than 8 folders"),
    "two different": (
        lambda: zipped(below("old/", BOB) | below("new/", ADA)),
        ".zip",
        "two different files",
    ),
    "another lab's": (lambda: zipped({"hello.c": b"", "hello.py": b""}), ".zip", "none of counter"),
    "empty": (lambda: zipped({}), ".zip", "empty"),
    "utf-16": (
        lambda: zipped({"counter.c": "int x;".encode("utf-16")}),
        ".zip",
        "",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_cannot_be_read_costs_one_row_with_its_reason(kind: str, tmp_path: Path) -> None:
    make, suffix, reason = HOSTILE[kind]
    got = one(tmp_path, make(), f"ada{suffix}")
    told = "; ".join(filter(None, (got.problem, *got.notes)))
    assert reason in told, told
    assert bool(got.problem) == bool(reason), told


def test_paths_out_of_an_archive_lead_nowhere(tmp_path: Path) -> None:
    outside = {"../../counter.c": ADA["counter.c"], "/counter.py": ADA["counter.py"]}
    assert one(tmp_path, zipped(outside)).files == ADA
    assert one(tmp_path, tarred(outside), "ada.tar.gz").files == ADA
    assert sorted(os.listdir(tmp_path)) == ["class"]


@pytest.mark.parametrize("name", ["counter (1).c", "counter-1.c", "Counter.c", "counter.c.txt"])
def test_a_nearly_right_name_is_taken_and_told(name: str, tmp_path: Path) -> None:
    got = one(tmp_path, zipped({name: ADA["counter.c"], "counter.py": ADA["counter.py"]}))
    assert got.files == ADA
    assert f"{name} was taken for counter.c" in got.notes


def test_a_tar_that_begins_with_its_own_folder(tmp_path: Path) -> None:
    in_folder(tmp_path / "class", below("ada/", ADA) | below("bob/", BOB))
    with tarfile.open(tmp_path / "class.tgz", "w:gz") as archive:
        archive.add(tmp_path / "class", ".")
    _, hand_ins, strange = read(tmp_path / "class.tgz")
    assert {owner: each.files for owner, each in hand_ins.items()} == {"ada": ADA, "bob": BOB}
    assert not strange


def test_a_tar_that_ends_with_a_zip_is_a_tar(tmp_path: Path) -> None:
    members = {"bob.zip": zipped(BOB), "ada.zip": zipped(ADA)}
    (tmp_path / "class.tar").write_bytes(tarred(members, "w"))
    format, found, _ = read(tmp_path / "class.tar")
    assert (format, set(found)) == ("plain", {"ada", "bob"})


def test_twins_that_are_equal_are_one(tmp_path: Path) -> None:
    assert one(tmp_path, zipped(below("a/", ADA) | below("b/", ADA))).files == ADA


def test_of_several_labs_the_files_in_the_labs_own_folder_count(tmp_path: Path) -> None:
    assert one(tmp_path, zipped(below("lab3/", ADA) | below("lab4/", BOB))).files == ADA


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_names_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    """As macOS and Windows write them: without a mark that says which."""
    data = zipped(below("#l#ve/", ADA)).replace(b"#l#ve", "élève".encode(encoding)[:5].ljust(5))
    assert one(tmp_path, data).files == ADA


def test_a_folder_is_read_as_carefully(tmp_path: Path) -> None:
    root = tmp_path / "class"
    for owner in ("link", "pipe", "deep", "sparse"):
        (root / owner).mkdir(parents=True)
    (root / "link" / "counter.c").symlink_to("/etc/shadow")
    os.mkfifo(root / "pipe" / "counter.c")
    in_folder(root / "deep" / ("d/" * 30), ADA)
    with (root / "sparse" / "counter.c").open("wb") as file:
        file.truncate(1 << 40)
    (root / "twin").symlink_to(root / "pipe")
    _, hand_ins, _ = read(in_folder(root, below("bob/", BOB)))
    assert hand_ins["bob"].files == BOB
    reasons = {"link": "is a link", "pipe": "no regular", "deep": "folders", "sparse": "KiB"}
    for owner, reason in reasons.items():
        assert reason in hand_ins[owner].problem


def test_without_bubblewrap_it_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert one(tmp_path, zipped(ADA)).files == ADA


def test_a_reader_sees_nothing_but_the_hand_ins(tmp_path: Path) -> None:
    """A link out of them leads nowhere, also where it is followed."""
    (tmp_path / "secret").mkdir()
    root = in_folder(tmp_path / "class", below("bob/", BOB))
    (root / "ada").symlink_to(tmp_path / "secret")
    in_folder(tmp_path / "secret", ADA)
    _, hand_ins, _ = read(root)
    assert hand_ins["bob"].files == BOB
    assert "ada" not in hand_ins or not hand_ins["ada"].files


def test_a_zstandard_archive(tmp_path: Path) -> None:
    """Python packs one from 3.14 on; this one has an empty tar's worth of a raw block."""
    plain = tarred(ADA, "w")
    block = (len(plain) << 3 | 1).to_bytes(3, "little")
    frame = b"\x28\xb5\x2f\xfd\xa0" + len(plain).to_bytes(4, "little") + block + plain
    assert zlib.crc32(frame)
    assert one(tmp_path, frame, "ada.tar.zst").files == ADA


def test_everybody_on_the_roster_is_found_by_what_is_known_of_them(tmp_path: Path) -> None:
    worksheet = (
        "\ufeffIdentifier,Full name,Email address,Grade\n"
        "Participant 4711,Ada Lovelace,ada@example.org,\n"
        "Participant 4713,Zoë Dupont,zoe@example.org,\n"
    )
    roster = read_roster(worksheet.encode(), "grades.csv")
    register = Register(roster)
    _, hand_ins, _ = read(in_folder(tmp_path, MOODLE))
    students = [register.student(each.owner) for each in hand_ins.values()]
    assert [each.email for each in students] == ["ada@example.org", ""]
    assert [each.on_roster for each in register.students] == [True, True, False]


@pytest.mark.parametrize(
    "table",
    [
        "identifier;github_username;name\n7;ada;Ada Lovelace\n",
        "prénom\tnom\tcourriel\nAda\tLovelace\tada@example.org\n",
        '"username","first_name","last_name","email"\n"ada","Ada","Lovelace","ada@example.org"\n',
    ],
)
def test_rosters_of_several_systems(table: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        (student,) = read_roster(table.encode(encoding), "roster.csv")
        assert student.name == "Ada Lovelace"


def test_a_roster_without_students_is_refused() -> None:
    with pytest.raises(UsageError, match="no column"):
        read_roster(b"a,b\n1,2\n", "roster.csv")
    with pytest.raises(UsageError, match="twice"):
        read_roster(b"id\nada\nada\n", "roster.csv")
