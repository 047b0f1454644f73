"""The student's day on this machine's kernel: progress, grading on each save, the live script."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.base.lock import locked
from grader.kernel.native import RUN
from grader.labs import find_labs
from grader.runner.progress import FOLDER, LabProgress, Progress
from grader.submission.sandbox import descendants
from tests.support.checkout import ROOT, command, labebpf
from tests.support.grading import State, state
from tests.support.terminal import CTRL_C, Typist
from tests.support.waiting import wait_until

SECONDS = 120
NATIVE = ("--kernel", "native", "--time-scale", "3")
TOTAL = r"Total: (\d+)/10"
ENDS = "Ctrl-C ends."
pytestmark = pytest.mark.timeout(900)  # Others may have the kernel first.
BESIDE = ("README.md", "counter.c.bak-1", ".counter.c.swp", "4913", "other.py")


@pytest.fixture
def typists() -> Iterator[list[Typist]]:
    made: list[Typist] = []
    yield made
    for typist in made:
        typist.kill()
        typist.hang_up()


def solve(checkout: Path, *names: str) -> None:
    for name in names:
        shutil.copyfile(ROOT / "solutions/lab3" / name, checkout / "exercises/lab3" / name)


def type_at(checkout: Path, typists: list[Typist], *arguments: str) -> Typist:
    typists.append(
        Typist(command(*arguments), {**os.environ, "LABEBPF_LANG": "en"}, folder=checkout)
    )
    return typists[-1]


def grades(typist: Typist) -> int:
    """Wait until the next grading is shown, and return its points."""
    points = int(typist.expect(TOTAL, SECONDS)[1])
    typist.expect(ENDS)
    return points


def grader_of(typist: Typist) -> int:
    """Return the id of the process that grades at this terminal now, 0 while none does."""
    for pid in descendants(typist.pid):
        try:
            if b"--result-fd" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except OSError:
            continue
    return 0


def reached(checkout: Path) -> LabProgress:
    return Progress(checkout).of(find_labs(checkout / "exercises")["lab3"])


def test_each_grading_of_ones_own_folder_is_kept_and_no_other(checkout: Path) -> None:
    solve(checkout, "counter.c")
    pytest_there = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "exercises/lab3",
    ]
    selected = ["-k", "accepts or first", *NATIVE]
    subprocess.run([*pytest_there, *selected], cwd=checkout, capture_output=True, check=True)
    assert {task: mark.status for task, mark in reached(checkout).marks.items()} == {
        "3.1": "pass",
        "3.2": "pass",
    }
    done = labebpf(checkout, "grade", "lab3", *NATIVE)
    assert done.returncode == 1, done.stderr
    statuses = {task: mark.status.value for task, mark in reached(checkout).marks.items()}
    assert len(statuses) == 7
    assert (statuses["3.4"], statuses["3.5"], statuses["3.6"]) == ("pass", "fail", "blocked")

    (checkout / "exercises/lab3/counter.c").write_bytes(b"")
    kept = (checkout / FOLDER / "progress.json").read_bytes()
    for hand_in in (["lab3", "--submission", "solutions"], ["exercises", "--lab", "lab3"]):
        labebpf(checkout, "grade", *hand_in, *NATIVE)
        assert (checkout / FOLDER / "progress.json").read_bytes() == kept


def test_a_page_shows_the_line_that_was_graded(checkout: Path) -> None:
    wrong = ROOT / "solutions/lab3/wrong/no_null_check.c"
    shutil.copyfile(wrong, checkout / "exercises/lab3/counter.c")
    done = labebpf(checkout, "grade", "lab3", "--html", "page.html", "--lang", "fr", *NATIVE)
    assert done.returncode == 1, done.stderr
    page = (checkout / "page.html").read_text()
    assert '<html lang="fr">' in page
    (marked,) = re.findall(r'<span class="marked"><i>(\d+)</i>(.*?)</span>', page)
    assert wrong.read_text().splitlines()[int(marked[0]) - 1] == marked[1]
    assert "*compteur_pointeur" in marked[1]


def test_who_stops_reading_has_the_page_all_the_same(checkout: Path) -> None:
    """As head does, which ends before the last line."""
    grade = command("grade", "lab3", "--html", "page.html", "--out", "out", *NATIVE)
    with subprocess.Popen(grade, cwd=checkout, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.close()
    for name in ("page.html", "out/result.json"):
        assert (checkout / name).stat().st_size


@pytest.mark.parametrize("how", [[], ["--poll"]], ids=["inotify", "poll"])
def test_each_save_is_graded_once(checkout: Path, typists: list[Typist], how: list[str]) -> None:
    watching = type_at(checkout, typists, "watch", "lab3", *how, *NATIVE)
    assert grades(watching) == 0
    solve(checkout, "counter.c")
    assert grades(watching) == 7
    solve(checkout, "counter.py")
    assert grades(watching) == 10

    with locked(RUN / "lock"):
        (checkout / "exercises/lab3/counter.c").write_text("")
        assert wait_until(lambda: grader_of(watching), SECONDS)
        older = grader_of(watching)
        for _ in range(3):
            for name in BESIDE:
                (checkout / "exercises/lab3" / name).write_text("")
            solve(checkout, "counter.py", "counter.c")
        assert wait_until(lambda: grader_of(watching) not in (0, older), SECONDS)
        assert not Path(f"/proc/{older}").exists(), "the grading of the older save is given up"
    assert grades(watching) == 10, "and nothing is shown of it"
    for name in BESIDE:
        (checkout / "exercises/lab3" / name).write_text("more")
    (checkout / "exercises/lab3/counter.c").write_text("")
    assert grades(watching) == 0, "there was one for the three saves, and none for the others"

    watching.type(CTRL_C)
    status, last = watching.end()
    assert (status, "Traceback" in last) == (0, False)


def test_ctrl_c_ends_a_grading_too(checkout: Path, typists: list[Typist], before: State) -> None:
    watching = type_at(checkout, typists, "watch", "lab3", *NATIVE)
    with locked(RUN / "lock"):
        assert wait_until(lambda: grader_of(watching), SECONDS)
        watching.type(CTRL_C)
        status, last = watching.end()
    assert (status, "Traceback" in last) == (0, False)
    assert wait_until(lambda: not state().beyond(before), SECONDS), state().beyond(before)


def test_ctrl_c_on_a_grading_is_no_verdict(
    checkout: Path, typists: list[Typist], before: State
) -> None:
    grading = type_at(checkout, typists, "grade", "lab3", "--out", "out", *NATIVE)
    with locked(RUN / "lock"):
        assert wait_until(lambda: grader_of(grading), SECONDS)
        grading.type(CTRL_C)
        status, last = grading.end()
    assert (status, "Traceback" in last) == (130, False)
    assert "The grading was interrupted; there is no verdict." in last
    assert not (checkout / "out/result.json").exists()
    assert wait_until(lambda: not state().beyond(before), SECONDS), state().beyond(before)


def test_nobody_who_reads_is_no_missing_point(checkout: Path) -> None:
    solve(checkout, "counter.c", "counter.py")
    grade = command("grade", "lab3", "--out", "out", *NATIVE)
    with subprocess.Popen(grade, cwd=checkout, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.close()
    assert process.returncode == 141
    assert json.loads((checkout / "out/result.json").read_text())["score"] == 10


@pytest.mark.parametrize("closed", ["2>&-", ">&-", "<&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_change_no_verdict(checkout: Path, closed: str) -> None:
    solve(checkout, "counter.c", "counter.py")
    grade = shlex.join(command("grade", "lab3", *NATIVE))
    assert (
        subprocess.run(["sh", "-c", f"{grade} {closed}"], cwd=checkout, check=False).returncode == 0
    )


def test_too_few_open_files_are_the_cause_that_is_told(checkout: Path) -> None:
    """The limit that no process here may raise, as in a container or by limits.conf."""
    few = ("prlimit", "--nofile=64:64", "setpriv", "--bounding-set=-sys_resource",
           "--inh-caps=-sys_resource")  # fmt: skip
    done = labebpf(checkout, "grade", "lab3", *NATIVE, prefix=few)
    assert done.returncode == 3
    assert "may open too few files: 64 are allowed, 512 are needed." in done.stdout
    assert "Run: ulimit -n 1024" in done.stdout


def test_what_goes_wrong_says_what_is_next(checkout: Path) -> None:
    done = labebpf(checkout, "grade", "lab0", "lab3", *NATIVE)
    assert "\nNext: 0.1  " in done.stdout
    solve(checkout, "counter.c")
    done = labebpf(checkout, "grade", "lab3", *NATIVE)
    assert re.search(r"\nNext: 3\.5  .*\n\./labebpf hint 3\.5\n$", done.stdout)
    assert "\nNext: 3.5  " in labebpf(checkout, "list").stdout
    solve(checkout, "counter.py")
    assert "Next:" not in labebpf(checkout, "grade", "lab3", *NATIVE).stdout


def test_the_screen_is_cleared_on_a_terminal_alone(checkout: Path, typists: list[Typist]) -> None:
    watching = type_at(checkout, typists, "watch", "lab3", *NATIVE)
    watching.expect("\x1b\\[2J", SECONDS)
    watching.expect(ENDS, SECONDS)
    alone = ["env", "--default-signal=INT", *command("watch", "lab3", *NATIVE)]
    with subprocess.Popen(alone, cwd=checkout, stdout=subprocess.PIPE, text=True) as piped:
        assert piped.stdout
        printed = ""
        while ENDS not in printed:
            line = piped.stdout.readline()
            assert line, printed
            printed += line
        piped.send_signal(signal.SIGINT)
        assert piped.wait(SECONDS) == 0
    assert "Total: 0/10" in printed
    assert "\x1b" not in printed


def test_the_script_runs_live_and_ctrl_c_is_its_own(
    checkout: Path, typists: list[Typist], tmp_path: Path, before: State
) -> None:
    solve(checkout, "counter.c", "counter.py")
    running = type_at(checkout, typists, "run", "lab3", "--kernel", "native")
    running.expect("Ctrl-C ends", SECONDS)
    (tmp_path / "a").mkdir()
    running.expect(r"dossier\(s\) : \d+", SECONDS)
    running.type(CTRL_C)
    status, last = running.end()
    assert (status, "Traceback" in last) == (0, False)
    assert running.put_back()
    assert wait_until(lambda: not state().beyond(before), SECONDS), state().beyond(before)


def test_the_scripts_exit_status_and_terminal_are_its_own(
    checkout: Path, typists: list[Typist]
) -> None:
    script = checkout / "exercises/lab3/counter.py"
    script.write_text(
        "import os, signal\n"
        "print(os.getcwd(), os.path.isfile('counter.c'), os.geteuid(), os.isatty(0), flush=True)\n"
        "try:\n"
        "    print('heard', input('say: '), flush=True)\n"
        "    signal.pause()\n"
        "except KeyboardInterrupt:\n"
        "    raise SystemExit(7)\n"
    )
    running = type_at(checkout, typists, "run", "lab3")
    running.expect(f"{checkout}/exercises/lab3 True 0 True", SECONDS)
    running.expect("say: ")
    running.type("hello\r")
    running.expect("heard hello\r")
    running.type(CTRL_C)
    assert running.end()[0] == 7


def test_a_missing_script_is_told(checkout: Path) -> None:
    (checkout / "exercises/lab3/counter.py").unlink()
    done = labebpf(checkout, "run", "lab3", "--kernel", "native")
    assert (done.returncode, done.stdout) == (2, "")
    assert "lab3 has no counter.py. To put the stub there: ./labebpf reset lab3" in done.stderr
