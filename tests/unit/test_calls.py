"""Calls that a check describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.base.errors import CourseError, InfraError
from grader.evidence.calls import FOLDER, NOBODY, Call, Made, Window
from grader.evidence.trace import TraceInstance
from grader.evidence.trace_markers import TraceMarkers


def test_a_call_is_the_labs_own_on_a_new_path_if_nothing_is_said() -> None:
    one, other = Call().settled("rmdir"), Call().settled("rmdir")
    assert (one.name, one.mode, one.uid, one.gid) == ("rmdir", 0o755, NOBODY, NOBODY)
    assert one.path.startswith(FOLDER + b"/") and one.path != other.path
    assert Call("mkdir", path=b"/tmp/a").settled("rmdir").path == b"/tmp/a"


def test_the_path_of_a_call_that_fails_is_one_on_which_it_does() -> None:
    paths = {error: Call(fails=error).settled("mkdir").path for error in ("ENOENT", "ENAMETOOLONG")}
    assert paths["ENOENT"].count(b"/") == 3
    assert len(paths["ENAMETOOLONG"].rpartition(b"/")[2]) == 256


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", "open"),
        ("path", b"/tmp/a\0b"),
        ("path", b"/tmp/" + b"n" * 256),
        ("path", b"/tmp" + b"/n" * 2046),
        ("comm", b""),
        ("comm", b"sixteen_letters_"),
        ("fails", "EEXISTS"),
        ("lasts", -1),
        ("lasts", 6),
        ("after", 6),
    ],
)
def test_a_call_that_cannot_be_made_is_the_authors_mistake(field: str, value: object) -> None:
    with pytest.raises(CourseError, match=f"No call can be made with {field}="):
        Call(**{field: value})  # type: ignore[arg-type]


def test_bytes_that_are_no_text_reach_the_workload() -> None:
    told = Call(path=b"/tmp/\xff", comm=b"\xfe").settled("mkdir").told("m")
    assert (told["path"], told["comm"], told["fails"]) == ("/tmp/\udcff", "\udcfe", 0)
    assert Call(fails="EEXIST").settled("mkdir").told("m")["fails"] == 17


def test_a_made_call_has_what_was_asked_for_and_its_times() -> None:
    asked = Call("mkdir", path=b"/tmp/\xff", uid=7, gid=8, fails="EEXIST")
    made = Made.of(asked, Window("", "", 10, 30, 1), 5, 6)
    assert (made.pid, made.tid, made.uid, made.gid, made.ret) == (5, 6, 7, 8, -17)
    assert (made.call, made.path, made.start, made.cpu, made.lasted) == (
        "mkdir",
        b"/tmp/\xff",
        10,
        1,
        20,
    )


class Folder(TraceInstance):
    """A trace instance that is files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def test_a_marker_tells_its_thread_whatever_the_thread_is_called(tmp_path: Path) -> None:
    (tmp_path / "trace_marker").touch()
    trace = tmp_path / "trace"
    markers = TraceMarkers(Folder(tmp_path))
    one, other = "0123456789abcdef", "fedcba9876543210"
    trace.write_text(
        "# tracer: nop\n"
        f"         python3-1234    [000] .....   123.456789: tracing_mark_write: {one}\n"
        f"     a-7 [000] b-77    [001] ..... 123.5: tracing_mark_write: {other}\n"
        f"         python3-99    [000] .....   123.6: tracing_mark_write: {one} and more\n"
    )
    assert markers.threads([one]) == {one: 1234}
    assert trace.read_text() == ""
    trace.write_text(f"     a-7 [000] b-77    [001] ..... 123.5: tracing_mark_write: {other}\n")
    assert markers.threads([other]) == {other: 77}
    with pytest.raises(InfraError):
        markers.threads([one])
    assert markers.threads([]) == {}
