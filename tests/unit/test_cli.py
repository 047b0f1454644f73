"""The `labebpf` command, run as a person runs it. Nothing here is graded."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from grader.cli import labebpf as group
from grader.cli.options import choose_tasks
from grader.labs import find_labs, load_course
from grader.report.formats import FORMATS
from grader.runner.progress import Progress
from grader.runner.pytest_process import supervise
from grader.submission.hand_in_files import read_submission
from grader.verdict.record import Status, write_result
from tests.support.checkout import AS_NOBODY, ROOT
from tests.support.checkout import labebpf as there
from tests.support.sample_results import EVERY, JUDGED
from tests.support.terminal import Typist

COURSE = load_course(ROOT)
LABS = COURSE.labs()
PLAIN = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}


def labebpf(
    *arguments: str, cwd: Path = ROOT, prefix: tuple[str, ...] = (), **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, sys.executable, "-I", "-m", "grader", *arguments],
        cwd=cwd,
        env=PLAIN | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def as_nobody() -> tuple[str, ...]:
    """Give what to put before a command so that it is not root's."""
    if os.geteuid() != 0:
        return ()
    code = f"import grader; open({str(ROOT / 'pyproject.toml')!r})"
    seen = subprocess.run([*AS_NOBODY, sys.executable, "-c", code], cwd=ROOT, check=False)
    if seen.returncode:
        pytest.skip("this checkout is for root alone")
    return AS_NOBODY


@pytest.mark.parametrize(
    "more, colours", [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_has_colours_unless_they_are_not_wanted(
    more: dict[str, Any], colours: bool
) -> None:
    command = ["env", *(f"{key}={value}" for key, value in more.items())]
    command += [sys.executable, "-I", "-m", "grader", "list"]
    status, seen = Typist(command, PLAIN).end()
    assert status == 0
    assert "lab3  " in seen
    assert ("\x1b" in seen) == colours
    assert "\x1b" not in labebpf("list", **more).stdout


@pytest.fixture
def record(tmp_path: Path) -> str:
    return str(write_result(tmp_path / "results", JUDGED))


@pytest.mark.parametrize(
    "name", [name for name in FORMATS if name not in ("actions", "classroom50")]
)
def test_report_prints_a_format_or_writes_it(name: str, record: str, tmp_path: Path) -> None:
    wanted = FORMATS[name](JUDGED).encode()
    command = [sys.executable, "-I", "-m", "grader", "report", record, "--format", name]
    assert (
        subprocess.run(command, cwd=ROOT, env=PLAIN, capture_output=True, check=True).stdout
        == wanted
    )
    out = tmp_path / "out"
    done = labebpf("report", record, "--format", name, "--out", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert out.read_bytes() == wanted
    assert sorted(os.listdir(tmp_path)) == ["out", "results"]


@pytest.mark.parametrize("name", ["html", "junit", "gradescope", "actions", "actions-summary"])
def test_a_report_speaks_the_language_of_its_grading(name: str, tmp_path: Path) -> None:
    for lang in ("en", "fr"):
        told = dataclasses.replace(JUDGED, lang=lang)
        record = str(write_result(tmp_path / lang, told))
        shown = labebpf("report", record, "--format", name, LABEBPF_LANG="en").stdout
        assert ("expected" in shown.lower()) == (lang == "en")
        assert ("attendu" in shown.lower()) == (lang == "fr")


def test_no_result_of_an_earlier_grading_is_left_for_one_that_has_none(tmp_path: Path) -> None:
    """Else a loop over hand-ins would take the one before for this one's."""
    out, empty = tmp_path / "out", tmp_path / "empty"
    empty.mkdir()
    for command in (["grade", str(empty), "--lab", "lab3"], ["grade", "lab3", "--private", "/no"]):
        record = write_result(out, EVERY)
        done = labebpf(*command, "--out", str(out))
        assert done.returncode == 2, done.stderr
        assert not record.exists()


def test_report_fills_in_a_worksheet_in_place(record: str, tmp_path: Path) -> None:
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_bytes(
        b"Identifier,Grade,Maximum grade,Feedback comments\r\nParticipant 7,,9.00,\r\n"
    )
    moodle = ("report", record, "--format", "moodle")
    done = labebpf(*moodle)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Give --worksheet and --student." in done.stderr
    filled = (*moodle, "--worksheet", str(worksheet), "--out", str(worksheet), "--student")
    done = labebpf(*filled, "8")
    assert (done.returncode, done.stdout) == (2, "")
    done = labebpf("report", record, "--format", "csv", *filled[4:], "7")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--worksheet and --student are for the format moodle." in done.stderr
    assert worksheet.read_bytes().endswith(b"Participant 7,,9.00,\r\n")
    done = labebpf(*filled, "7")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert b'\r\nParticipant 7,2,9.00,"<p>2/9 points.' in worksheet.read_bytes()


def test_report_writes_nothing_where_a_format_cannot_tell_the_truth(tmp_path: Path) -> None:
    record = write_result(tmp_path, EVERY)
    out = tmp_path / "c50.json"
    done = labebpf("report", str(record), "--format", "classroom50", "--out", str(out))
    assert (done.returncode, done.stdout) == (3, "")
    assert "could not judge 1.2, 1.3" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"schema": "labebpf/result/v1"}', "\xff", "[" * 100_000]
)
def test_report_wants_a_result(text: str, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(text.encode("latin-1"))
    done = labebpf("report", str(file), "--format", "csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a result of labebpf. Give a result.json" in done.stderr


def test_report_says_what_it_cannot_read_or_write(record: str, tmp_path: Path) -> None:
    done = labebpf("report", str(tmp_path / "none.json"), "--format", "csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.json cannot be read: No such file or directory." in done.stderr
    out = tmp_path / "folder"
    out.mkdir()
    done = labebpf("report", record, "--format", "csv", "--out", str(out))
    assert (done.returncode, done.stdout) == (2, "")
    assert "folder is a folder. Give another --out." in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["folder", "results"]
    done = labebpf("report", record, "--format", "excel")
    assert done.returncode == 2
    assert "no format excel. There are actions, " in done.stderr


@pytest.mark.parametrize(
    "arguments, environment, lang",
    [
        (["--lang", "fr"], {}, "fr"),
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LC_ALL": "fr_CA.UTF-8", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"LABEBPF_LANG": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LC_ALL": "", "LANG": "fr_FR.UTF-8"}, "fr"),
        (["--lang", "en"], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    arguments: list[str], environment: dict[str, Any], lang: str
) -> None:
    done = labebpf("hint", "3.2", "--level", "1", *arguments, **environment)
    assert LABS["lab3"].task("3.2").hints[0].get(lang) in done.stdout


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["hint", "90.9"], ["no task 90.9", "0.1", "3.7"]),
        (["hint", "3.2", "--level", "9"], ["3.2 has no hint 9. Its last one is 2."]),
        (["grade", "missing"], ["no lab named missing", "lab0, lab1, lab2, lab3"]),
        (["grade", "lab0", "lab90"], ["no lab named lab90"]),
        (["grade", "lab0", "--submission", "/nonexistent"], ["no folder /nonexistent"]),
        (["grade", "lab0", "--submission", __file__], ["is a file, not a folder"]),
        (["grade", "lab3", "--submission", "tests"], ["no hand-in for lab3", "counter.c"]),
        (["grade", "lab0", "lab3", "--submission", "tests"], ["no hand-in for lab3"]),
        (["grade", "3"], ["no lab named 3", "Did you mean lab3?"]),
        (["grade", "lab03"], ["no lab named lab03", "Did you mean lab3?"]),
        (["watch", "LAB3"], ["no lab named LAB3", "Did you mean lab3?"]),
        (["run", "tp 2"], ["no lab named tp 2", "Did you mean lab2?"]),
        (["hint", "3"], ["no task 3", "Did you mean lab3?"]),
        (["grade", "tests"], ["tests is not a lab", "add --lab: ./labebpf grade tests --lab LAB"]),
        (["grade", "solutions"], ["add --lab: ./labebpf grade solutions --lab lab0"]),
        (["grade", __file__, "--lab", "lab3"], ["is a file, not a folder"]),
        (["grade", "lab0", "--kernel", "nonsense"], ["nonsense"]),
        (["grade", "lab0", "--time-scale", "0"], ["--time-scale"]),
        (["grade", "--nonsense"], ["--nonsense"]),
        (["grade", "solutions/lab3"], ["not a lab", "add --lab", "solutions/lab3 --lab lab3"]),
        (["grade", "--lab", "lab3"], ["--lab is for one hand-in", "grade DIR --lab LAB"]),
        (["grade", "a", "b", "--lab", "lab3"], ["--lab is for one hand-in"]),
        (["grade", "a", "--lab", "lab3", "--submission", "a"], ["--lab is for one hand-in"]),
        (["grade", "/nonexistent", "--lab", "lab3"], ["no folder /nonexistent"]),
        (["grade", ".", "--lab", "lab90"], ["no lab named lab90"]),
        (["grade", "tests", "--lab", "lab3"], ["no hand-in for lab3", "counter.c, counter.py"]),
        (["grade", "lab0", "--private", "/nonexistent"], ["no folder /nonexistent"]),
        (["grade", "lab0", "--kernel", "all", "--html", "x"], ["--html is for one kernel"]),
        (["grade", "lab0", "--out", __file__], ["test_cli.py cannot be written", "another --out"]),
        (["grade", "lab0", "--html", "."], ["is a folder", "another --html"]),
        (["grade", "lab0", "--html", "no/x.html"], ["There is no folder no.", "another --html"]),
        (["watch", "lab90"], ["no lab named lab90"]),
        (["watch", "lab0", "--kernel", "all"], ["no kernel all"]),
        (["run", "lab90"], ["no lab named lab90"]),
        (["run", "lab9"], ["lab9 has no script", "./labebpf shell lab9"]),
        (["grade", "lab0", "--private", "tests"], ["no LAB/lab.toml"]),
        (["grade", "lab0", "--private", "/usr/share"], ["Student code could see", "/usr"]),
        (["nonsense"], ["nonsense"]),
        (["hint"], ["TASK"]),
        (["stubs", "lab90"], ["no lab named lab90"]),
        (["prove"], ["LAB"]),
        (["prove", "lab0", "--kernel", "all"], ["no kernel all"]),
    ],
)
def test_wrong_usage_ends_with_two_and_names_what_there_is(
    arguments: list[str], words: list[str]
) -> None:
    done = labebpf(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_without_arguments_it_helps() -> None:
    alone, helped = labebpf(), labebpf("--help")
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout == helped.stdout
    assert alone.stdout.startswith("Usage: labebpf")


def test_the_help_of_report_names_every_format() -> None:
    shown = labebpf("report", "--help").stdout
    for name in (*FORMATS, "moodle"):
        assert re.search(rf"^ +{name}  +\w", shown, re.MULTILINE), name


@pytest.mark.parametrize(
    "command", [["list"], ["hint", "3.1"], ["--help"], ["grade", "lab90"], ["image", "list"]]
)
def test_who_stops_reading_makes_it_no_failure(command: list[str]) -> None:
    """128 + SIGPIPE, as of any command whose output goes to head."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "grader", *command],
            cwd=ROOT,
            env=PLAIN,
            stdout=pipe,
            stderr=pipe,
            check=False,
        )
    assert done.returncode == 141


@pytest.mark.parametrize("command", [["list"], ["hint", "3.1"], ["--help"]])
def test_a_full_disk_is_told_in_a_sentence(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "grader", *command],
            cwd=ROOT,
            env=PLAIN,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr == ("labebpf: What is printed cannot be written: No space left on device.\n")


def test_the_hint_and_the_list_of_one_lab(checkout: Path) -> None:
    labs = find_labs(checkout / "exercises")
    progress = Progress(checkout)
    files = read_submission(checkout / "exercises", "lab3", labs["lab3"].edits)
    progress.record(labs["lab3"], {"3.1": Status.PASS, "3.2": Status.FAIL}, files)
    first = there(checkout, "hint", "lab3").stdout
    assert first.startswith("3.2  ")
    assert there(checkout, "hint", "lab3").stdout != first, "it is the next one"
    shown = there(checkout, "list", "lab3").stdout
    assert "lab3  " in shown and "lab0  " not in shown
    passed = {task.id: Status.PASS for task in labs["lab3"].tasks}
    progress.record(labs["lab3"], passed, files)
    done = there(checkout, "hint", "lab3")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Every task of lab3 is passed." in done.stderr


def test_what_is_next_is_of_the_lab_that_went_wrong_last(checkout: Path) -> None:
    labs = find_labs(checkout / "exercises")

    def found(name: str, task: str, status: Status) -> str:
        files = read_submission(checkout / "exercises", name, labs[name].edits)
        Progress(checkout).record(labs[name], {task: status}, files)
        (line,) = re.findall("^Next: (.*?) ", there(checkout, "list").stdout, re.MULTILINE)
        return str(line)

    assert found("lab3", "3.1", Status.ERROR) == "3.1"
    assert found("lab2", "2.1", Status.FAIL) == "2.1"
    assert found("lab3", "3.1", Status.TIMEOUT) == "3.1"
    assert found("lab3", "3.1", Status.PASS) == "2.1"
    assert found("lab2", "2.1", Status.PASS) == "0.1"


def test_a_broken_manifest_stops_its_own_lab_alone(checkout: Path) -> None:
    (checkout / "exercises/lab2/lab.toml").write_text("[")
    for command in (["list", "lab3"], ["hint", "3.1"], ["hint", "lab3"], ["stubs", "lab3"]):
        done = there(checkout, *command)
        assert (done.returncode, done.stderr) == (0, ""), command
    done = there(checkout, "list")
    assert done.returncode == 0
    assert "lab3  " in done.stdout
    assert "lab2/lab.toml cannot be read" in done.stderr
    for command in (
        ["list", "lab2"],
        ["hint", "2.1"],
        ["hint", "lab2"],
        ["grade"],
        ["watch", "lab2"],
    ):
        done = there(checkout, *command)
        assert (done.returncode, done.stdout) == (3, ""), command
        assert "lab2/lab.toml cannot be read" in done.stderr
    collect = [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "--collect-only"]
    for lab, status in (("lab3", 0), ("lab2", 4)):
        collected = subprocess.run(
            [*collect, f"exercises/{lab}"],
            cwd=checkout, env=PLAIN, capture_output=True, text=True, check=False,
        )  # fmt: skip
        printed = collected.stdout + collected.stderr
        assert collected.returncode == status, printed
        assert ("lab.toml cannot be read" in printed) == bool(status)


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield what to write for each command of `group`, and for the group itself."""
    yield before
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def sentences(printed: str) -> set[str]:
    """Return the lines that have words besides the names that are the same in all languages."""
    names = re.compile(r"--?\w\S*|\[.*?\]|vm\S*|\w+\.\w+")
    texts = {names.sub("", line).strip() for line in printed.splitlines()}
    return {text for text in texts if len(re.findall(r"[a-z]{2,}", text)) > 1}


@pytest.mark.parametrize("command", list(commands(group)), ids=" ".join)
def test_every_command_has_help_in_both_languages(command: tuple[str, ...]) -> None:
    english = labebpf(*command, "--help")
    french = labebpf(*command, "--help", LANG="fr_FR.UTF-8")
    assert (english.returncode, english.stderr) == (french.returncode, french.stderr) == (0, "")
    assert english.stdout.startswith(" ".join(("Usage: labebpf", *command)))
    assert french.stdout.startswith(" ".join(("Utilisation : labebpf", *command)))
    assert not sentences(english.stdout) & sentences(french.stdout)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (
            ["grade", "missing", "--lang", "fr"],
            "Il n'y a pas de TP nommé missing. Les TP sont lab0",
        ),
        (["--lang=fr", "hint", "90.9"], "Il n'y a pas de tâche 90.9."),
        (["grade", "--time-scale", "0", "--lang=fr"], "n'est pas dans l'intervalle"),
        (["grade", "--nonsense", "--lang", "fr"], "Il n'y a pas d'option '--nonsense'."),
        (["nonsense", "--lang", "fr"], "Il n'y a pas de commande 'nonsense'."),
        (["hint", "--lang", "fr"], "Il manque l'argument 'TÂCHE | TP'."),
        (["hint", "3.1", "a", "b", "--lang", "fr"], "Arguments en trop (a b)"),
        (["report", "/dev/null", "--format", "csv", "--lang", "fr"], "n'est pas un résultat"),
        (["new", "lab99", "--hook", "lsm", "--lang", "fr"], "--output manque."),
    ],
)
def test_wrong_usage_is_told_in_the_language_too(arguments: list[str], words: str) -> None:
    done = labebpf(*arguments, LANG="en_GB.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert not re.search(r"Usage:|Error:|There is", done.stderr)


def test_who_is_not_root_is_told_so_and_loses_nothing(as_nobody: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o777)
        done = labebpf(
            *("grade", "lab0", "--kernel", "native", "--out", f"{scratch}/out"),
            prefix=as_nobody,
            LABEBPF_LANG="en",
            TMPDIR=scratch,
        )
        assert done.returncode == 3, done.stdout + done.stderr
        record = json.loads(Path(scratch, "out", "result.json").read_text())
    assert "needs root" in done.stdout
    assert {task["status"] for lab in record["labs"] for task in lab["tasks"]} == {"infra"}
    assert record["score"] == 0


def test_doctor_says_by_its_status_whether_this_machine_can_grade(
    as_nobody: tuple[str, ...], tmp_path: Path
) -> None:
    """Here nobody has neither root nor an image, nor a place for one."""
    none: dict[str, Any] = {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent/cache"}
    done = labebpf("doctor", "--json", prefix=as_nobody, **none)
    told = json.loads(done.stdout)
    assert done.returncode == 3
    assert {probe["name"]: probe["ok"] for probe in told["grading"]} == dict.fromkeys(LABS, False)
    assert all(probe["remedy"] for probe in told["grading"])
    assert {probe["name"]: probe["ok"] for probe in told["machine"]}["kprobes"] is None
    shown = labebpf("doctor", "lab3", prefix=as_nobody, **none)
    assert shown.returncode == 3
    assert re.search(r"\? kprobes +unknown", shown.stdout)
    assert "✗ lab3  not on this machine's own kernel (not root)" in shown.stdout
    assert "lab0" not in shown.stdout


def test_checks_are_collected_without_root(as_nobody: tuple[str, ...]) -> None:
    pytest_here = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*as_nobody, *pytest_here, "--collect-only", "-q", "exercises"],
        cwd=ROOT,
        env=PLAIN,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    checks = [line for line in done.stdout.splitlines() if "::test_" in line]
    assert len(checks) == sum(len(lab.tasks) for lab in LABS.values())
    # Editors keep what they know of a check by its id: the same on every run and every machine.
    assert all(re.fullmatch(r"exercises/(lab\d+)/test_\1\.py::test_\w+", line) for line in checks)


@pytest.mark.parametrize(
    "code, said",
    [
        ("pass", "status 0"),
        ("raise SystemExit(1)", "status 1"),
        ("os.kill(os.getpid(), 9)", "signal 9"),
        ("os.write(int(sys.argv[-1]), b'{')", "status 0"),
        ("os.write(int(sys.argv[-1]), b'[]')", "status 0"),
        ('os.write(int(sys.argv[-1]), b\'{"schema": "labebpf/result/v1"}\')', "status 0"),
    ],
)
def test_a_grader_that_leaves_no_record_passes_nothing(code: str, said: str) -> None:
    program = f"import os, sys; print('noise', flush=True); {code}"
    labs = [LABS["lab0"], LABS["lab3"]]
    result, log = supervise([sys.executable, "-I", "-c", program], COURSE, labs, "en")
    assert set(result.statuses) == {"infra"}
    assert (result.score, result.max_score, result.exit_status) == (0, 20, 3)
    assert said in result.labs[0].tasks[0].why
    french, _ = supervise([sys.executable, "-I", "-c", program], COURSE, labs, "fr")
    assert french.labs[0].tasks[0].why.startswith("Le correcteur s'est terminé avec le ")
    assert log == "noise\n"


def test_of_a_grading_without_a_record_what_was_not_chosen_is_not_the_machine_s() -> None:
    labs = [LABS["lab0"], LABS["lab3"]]
    result, _ = supervise(
        [sys.executable, "-I", "-c", ""], COURSE, labs, "en", tasks={"0.1", "3.2"}
    )
    assert result.statuses == ["infra", "infra"]
    assert len(result.unselected) == 10


@pytest.mark.parametrize(
    "names, labs, tasks",
    [
        (["3.2"], ["lab3"], ["3.2"]),
        (["3.2", "3.4", "0.1"], ["lab3", "lab0"], ["0.1", "3.2", "3.4"]),
        (["lab0", "3.2"], ["lab0", "lab3"], ["0.1", "0.2", "0.3", "0.4", "0.5", "3.2"]),
        (["lab0"], ["lab0"], []),
        ([], list(LABS), []),
    ],
)
def test_tasks_are_chosen_by_their_numbers_beside_labs(
    names: list[str], labs: list[str], tasks: list[str]
) -> None:
    chosen, ids = choose_tasks(names, LABS)
    assert ([lab.name for lab in chosen], sorted(ids)) == (labs, tasks)


def test_what_goes_on_is_told_as_it_comes_and_harmlessly() -> None:
    told: list[str] = []
    steps = "3.1  it is loaded\\n\\x1b[2J3.2  the events are triggered\\n"
    program = f"import os, sys; os.write(int(sys.argv[-3]), '''{steps}'''.encode())"
    seen = threading.Event()

    def tell(step: str) -> None:
        told.append(step)
        if step.startswith("3.2"):
            seen.set()

    supervise([sys.executable, "-I", "-c", program], COURSE, [LABS["lab3"]], "en", tell)
    assert seen.wait(60)
    assert told == ["3.1  it is loaded", "3.2  the events are triggered"]
