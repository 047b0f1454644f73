"""`labebpf new`: what it asks for, what it writes, and that it leaves nothing half-made."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.authoring.answers import answers
from grader.authoring.equivalents import equivalents
from grader.authoring.mutants import mutants
from grader.authoring.new import EXAMPLES, HOOKS, OUTPUTS, PACKET, PAIRINGS, calls, folders_of, new
from grader.base.errors import UsageError
from grader.evidence import witness
from grader.labs import load_lab
from grader.labs.stubs import drifted
from tests.support.checkout import NOBODY, copy, labebpf
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

FOLDERS = ("exercises/lab20", "solutions/lab20")
LABS = [(hook, output, call) for hook, output in PAIRINGS for call in calls(hook)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copy(tmp_path, ("grader", "bpf_templates", "course.toml"))


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("hook, output", PAIRINGS)
def test_a_lab_is_whole(checkout: Path, hook: str, output: str) -> None:
    for number, call in enumerate(calls(hook)):
        name = f"lab{number}"
        folder, solution = new(name, hook, output, call, checkout)
        lab = load_lab(folder)
        assert (lab.call, lab.max_score, len(lab.tasks)) == (call, 10, 5)
        assert not drifted(lab, checkout / "solutions")
        known = answers("wrong", checkout / "solutions")
        assert {a.path.parent for a in known if a.lab == name} == {solution / "wrong"}
        tasks = {task.id for task in lab.tasks}
        lost = {task for answer in known if answer.lab == name for task in answer.loses}
        assert lost == tasks - {f"{number}.1"}
        made = [
            mutant for file in lab.edits for mutant in mutants(file, (solution / file).read_text())
        ]
        for entry in equivalents(solution / "mutants.toml"):
            assert any(entry.covers(mutant) for mutant in made), entry
        for handout in ("README.md", "README.fr.md"):
            text = (folder / handout).read_text(encoding="utf-8")
            points = re.findall(r"^- \*\*(\d+\.\d+)\*\* \((\d+) point", text, re.MULTILINE)
            assert points == [(task.id, str(task.points)) for task in lab.tasks]
            assert max(map(len, text.splitlines())) <= 100


MISREAD = r"""(?xm)
    ^[:;?!]                           # French has a space before these, and no line begins there
    | \b(?:de|que|ce)\ unlink\b       # elided before a vowel
    | par\ le\ correcteur\ :          # "attachée au", and not "attachée : le"
    | ^.{1,4}\ Lab.*paquets.*compté\  # several
    | packet[^.]*\bmade\s(?:on|since)|paquet\sajoute[^.]*\bfait\.
    | dans\ un\ TRACEPOINT_PROBE
    | this\ year|aujourd'hui
    | ,\ as\ an\ XDP\ program\.$
"""
"""What a lab must not read like, be it about whatever call."""


def test_every_lab_reads_like_one_that_was_written_by_hand(checkout: Path) -> None:
    for number, lab in enumerate(LABS):
        new(f"lab{number}", *lab, checkout)
    for name, data in files(checkout).items():
        if not name.startswith(("grader/", "bpf_templates/")):
            assert not re.search(rb"\{\{|\}\}(?!\")|\{%|%\}|\{#|#\}", data), name
            text = data.decode()
            assert not (misread := re.search(MISREAD, text)), (name, misread)
            if name.endswith("/prints_nothing.py"):
                assert text.count("pass\n") == 1
    for number, (hook, output, call) in enumerate(LABS):
        hints = [
            hint
            for task in load_lab(checkout / "exercises" / f"lab{number}").tasks
            for hint in task.hints
        ]
        alone = next(hint for hint in hints if "alone" in hint.en or "at once" in hint.en)
        assert ("hooks of their own" in alone.en) == (hook not in ("raw_tracepoint", "xdp"))
        assert call not in alone.en.partition(":")[2].split("and their")[0].split(", ")
        assert all(hint.en.endswith(".") and hint.fr.endswith(".") for hint in hints)
        if output == "histogram":
            assert not any("no entry" in hint.en for hint in hints)


@pytest.mark.parametrize(
    "hook, output, call, words",
    [
        ("xdp", "trace", "packet", "Give one of perf, ring, hash, histogram"),
        ("xdp", "hash", "mkdir", "Give one of packet"),
        ("kprobe", "hash", "packet", "Give one of mkdir, "),
    ],
)
def test_what_does_not_go_together_is_refused(
    checkout: Path, hook: str, output: str, call: str, words: str
) -> None:
    before = files(checkout)
    with pytest.raises(UsageError, match=words):
        new("lab20", hook, output, call, checkout)
    assert files(checkout) == before


def test_the_workload_can_make_every_call() -> None:
    assert {*EXAMPLES, *PACKET} == set(witness.SYSTEM_CALLS)


@pytest.mark.parametrize("name", ["", "lab", "lab07", "lab7x", "Lab7", "../lab20", "7", "labor"])
def test_a_name_that_is_none_is_refused(checkout: Path, name: str) -> None:
    before = files(checkout)
    with pytest.raises(UsageError, match="lab and a number"):
        new(name, "tracepoint", "trace", "mkdir", checkout)
    assert files(checkout) == before


def test_a_name_that_no_file_can_have_is_refused(checkout: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        new("lab" + "7" * 300, "tracepoint", "trace", "mkdir", checkout)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_is_closed_to_its_user_is_named(checkout: Path) -> None:
    (checkout / "solutions").mkdir()
    checkout.chmod(0o700)
    os.seteuid(NOBODY)
    try:
        with pytest.raises(UsageError, match=r"cannot be written.*Permission denied"):
            folders_of("lab20", checkout)
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_is_whose_checkout_it_is_in(checkout: Path) -> None:
    os.chown(checkout, NOBODY, NOBODY)
    new("lab20", "tracepoint", "trace", "mkdir", checkout)
    for folder in FOLDERS:
        for path in ((checkout / folder), *(checkout / folder).rglob("*")):
            assert path.stat().st_uid == NOBODY, path


@pytest.mark.parametrize("taken", FOLDERS)
def test_what_is_there_is_never_overwritten(checkout: Path, taken: str) -> None:
    (checkout / taken).mkdir(parents=True)
    (checkout / taken / "mkdir.c").write_text("mine")
    before = files(checkout)
    with pytest.raises(UsageError, match="already exists"):
        new("lab20", "tracepoint", "trace", "mkdir", checkout)
    assert files(checkout) == before


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_failure_half_way_leaves_nothing(checkout: Path, folder: str) -> None:
    """A parent that is a file: the folder in it cannot be made."""
    (checkout / folder).parent.parent.mkdir(exist_ok=True)
    (checkout / folder).parent.write_text("in the way")
    before = files(checkout)
    with pytest.raises(UsageError, match="cannot be written"):
        new("lab20", "tracepoint", "trace", "mkdir", checkout)
    assert files(checkout) == before
    assert not any((checkout / other).exists() for other in FOLDERS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_end_half_way_leaves_nothing(checkout: Path, number: signal.Signals) -> None:
    """A template that does not end is interrupted when the files before it are written."""
    template = checkout / "bpf_templates" / "lab" / "script.py.j2"
    template.write_text("{% for _ in range(10 ** 15) %}{% endfor %}")
    command = [sys.executable, "-B", "-m", "grader", "new", "lab20", "--hook", "tracepoint"]
    child = subprocess.Popen(
        ["env", "--default-signal=INT,TERM,HUP", *command, "--output", "trace", "--call", "mkdir"],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert wait_until((checkout / "solutions" / "lab20" / "mkdir.c").exists)
    child.send_signal(number)
    _, said = child.communicate(timeout=60)
    assert child.returncode != 0
    assert b"Traceback" not in said
    assert not any((checkout / folder).exists() for folder in FOLDERS)


def test_the_command_writes_a_lab_and_says_what_is_next(checkout: Path) -> None:
    flags = ("--hook", "tracepoint", "--output", "hash", "--call", "rmdir")
    done = labebpf(checkout, "new", "lab20", *flags)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"{folder}/ written" in done.stdout for folder in FOLDERS)
    assert "./labebpf prove lab20" in done.stdout
    again = labebpf(checkout, "new", "lab20", *flags)
    assert again.returncode == 2
    assert "already exists" in again.stderr


def test_the_hook_that_sees_one_thing_is_about_that(checkout: Path) -> None:
    done = labebpf(checkout, "new", "lab20", "--hook", "xdp", "--output", "hash")
    assert (done.returncode, done.stderr) == (0, "")
    assert load_lab(checkout / "exercises" / "lab20").call == "packet"


@pytest.mark.parametrize("missing", ["hook", "output", "call"])
def test_without_a_terminal_a_missing_flag_lists_its_choices(checkout: Path, missing: str) -> None:
    flags = {"hook": "tracepoint", "output": "hash", "call": "rmdir"}
    del flags[missing]
    given = [f"--{name}={value}" for name, value in flags.items()]
    done = labebpf(checkout, "new", "lab20", *given)
    assert done.returncode == 2
    others = [hook for hook in HOOKS if hook != "xdp"]  # It does not see rmdir.
    choices = {"hook": others, "output": OUTPUTS, "call": EXAMPLES}[missing]
    assert all(choice in done.stderr for choice in (f"--{missing}", *choices))
    assert not (checkout / "exercises").exists()


@pytest.mark.parametrize(
    "name, flags, said",
    [
        ("lab07", (), "is not a name for a lab"),
        ("lab20", ("--hook", "xdp", "--call", "mkdir"), "does not see the call mkdir"),
        ("lab20", ("--call", "packet", "--output", "trace"), "does not go with the hook xdp"),
        ("lab20", ("--hook", "xdp"), "--output is missing. Give one of perf, ring, hash, "),
        ("lab20", ("--output", "trace"), "--hook is missing. Give one of tracepoint, "),
    ],
)
def test_nothing_is_asked_for_in_vain(
    checkout: Path, name: str, flags: tuple[str, ...], said: str
) -> None:
    done = labebpf(checkout, "new", name, *flags)
    assert done.returncode == 2
    assert said in done.stderr
    assert "--hook is missing" not in done.stderr or "xdp" not in done.stderr


def test_without_any_input_a_missing_flag_is_named(checkout: Path) -> None:
    done = labebpf(checkout, "new", "lab20", prefix=("sh", "-c", 'exec "$@" <&-', "sh"))
    assert done.returncode == 2
    assert "--hook is missing" in done.stderr


def test_on_a_terminal_a_person_is_asked(checkout: Path) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-B", "-m", "grader", "new", "lab20", "--output", "ring"]
    child = subprocess.Popen(
        command, cwd=checkout, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    said = ""
    for answer in (b"nonsense\n", b"kprobe\n", b"link\n", b""):
        wanted = said.count("): ") + 1 if answer else 0
        while select.select([master], [], [], 60)[0]:
            try:
                said += os.read(master, 1 << 16).decode()
            except OSError:
                break
            if answer and said.count("): ") >= wanted:
                break
        if answer:
            os.write(master, answer)
    assert child.wait(60) == 0, said
    os.close(master)
    lab = load_lab(checkout / "exercises" / "lab20")
    assert (lab.attach, lab.call) == ("kprobe:link", "link")
    assert "hook (tracepoint, " in said
    assert "'nonsense' is not one of" in said
