"""A script on a terminal. The sandbox around it is another matter, and needs root."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.base.errors import InfraError, SubmissionError
from grader.submission import script as module
from grader.submission.sandbox import PYTHON, descendants
from grader.submission.script import Script
from grader.submission.threads import states
from grader.submission.tracebacks import ended_cleanly, last_error, traceback_line

PATIENCE = 60.0
Start = Callable[..., Script]


class OpenSandbox:
    """Runs what the real one runs, without its walls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uid = os.getuid()
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self, argv: Sequence[str], **given: Any) -> subprocess.Popen[bytes]:
        assert given.pop("terminal")
        binds = given.pop("binds")
        shown = {binds[n + 2]: binds[n + 1] for n in range(0, len(binds), 3)}
        argv = [shown.get(word, word) for word in argv]
        given["env"] = os.environ | given.pop("environment")
        command = ["env", "--default-signal=INT", "setsid", "--ctty", "--wait", *argv]
        self.children.append(subprocess.Popen(command, cwd=self.folder, **given))
        return self.children[-1]

    def put(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            (self.folder / name).write_bytes(data)

    def pids(self) -> list[int]:
        return [pid for child in self.children for pid in descendants(child.pid)]

    def signal(self, number: int) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()


@pytest.fixture
def sandbox(tmp_path: Path) -> OpenSandbox:
    return OpenSandbox(tmp_path)


@pytest.fixture
def start(sandbox: OpenSandbox, tmp_path: Path) -> Iterator[Start]:
    scripts = []

    def start(code: str | bytes, *arguments: str) -> Script:
        data = code.encode() if isinstance(code, str) else code
        pipe = str(tmp_path / "trace_pipe")
        scripts.append(Script(sandbox, trace_pipes=[pipe]))  # type: ignore[arg-type]
        scripts[-1].begin("a.py", {"a.py": data}, arguments)
        return scripts[-1]

    yield start
    for script in scripts:
        script.close()


@pytest.fixture
def finish(start: Start, sandbox: OpenSandbox) -> Start:
    """Start a script, and return it when it has ended and all its output is read."""

    def finish(code: str | bytes) -> Script:
        script = start(code)
        script.wait_for(lambda: False, PATIENCE)
        sandbox.children[-1].wait(PATIENCE)
        return script

    return finish


def ready(script: Script) -> Script:
    """Wait until the script has printed a line, and return the script."""
    assert script.wait_for(lambda: bool(script.lines), PATIENCE), script.output()
    return script


def test_lines_are_as_they_were_printed(finish: Start) -> None:
    script = finish("print('one')\nprint()\nprint('zwei é')\nprint('half', end='')")
    assert script.lines == script.texts == ["one", "zwei é"]
    assert script.redrawn == ""
    assert script.output() == "one\r\n\r\nzwei é\r\nhalf"
    assert script.total == len(script.output().encode())
    assert script.status == 0


@pytest.mark.parametrize("printed", ["print()", "print(b'')", "print('b\"\"')", "print('\\t')"])
def test_a_line_that_says_nothing_is_none(finish: Start, printed: str) -> None:
    assert finish(f"print('one')\n{printed}\nprint(b'two')").lines == ["one", "b'two'"]


@pytest.mark.parametrize(
    ("code", "lines", "texts", "redrawn", "unfinished"),
    [
        ("for n in 1, 2, 30: print(f'\\r{n}', end='')", [], ["1", "2"], "30", "\r1\r2\r30"),
        ("print('1\\r2')\nprint('3', end='\\r')", ["1\r2"], ["1", "2", "3"], "", "3\r"),
        ("print('1', end=' ')", [], [], "", "1 "),
    ],
)
def test_what_is_drawn_over_was_seen(
    finish: Start, code: str, lines: list[str], texts: list[str], redrawn: str, unfinished: str
) -> None:
    script = finish(code)
    assert (script.lines, script.texts) == (lines, texts)
    assert (script.redrawn, script.unfinished) == (redrawn, unfinished)


def test_the_script_has_a_terminal_of_its_own_and_its_errors_are_seen(finish: Start) -> None:
    code = "import os, sys\nprint(*map(os.isatty, range(3)))\nprint('e', file=sys.stderr)"
    assert finish(code).lines == ["True True True", "e"]


@pytest.mark.parametrize(
    ("then", "computes"), [("input()", False), ("while True:\n    pass", True)]
)
def test_who_waits_does_not_compute(start: Start, then: str, computes: bool) -> None:
    script = ready(start(f"print('one', flush=True)\n{then}"))
    assert script.wait_for(lambda: script.computes == computes, PATIENCE)


@pytest.mark.parametrize(
    ("then", "rests"),
    [
        ("input()", True),
        ("select.epoll().poll(9)", True),
        ("subprocess.run(['cat'])", True),
        ("threading.Event().wait()", True),
        ("threading.Event().wait(9)", False),
        ("time.sleep(9)", False),
        ("threading.Thread(target=time.sleep, args=[9]).start()\ninput()", False),
        ("while True:\n    pass", False),
    ],
)
def test_who_lets_time_pass_does_not_rest(start: Start, then: str, rests: bool) -> None:
    modules = "import select, subprocess, threading, time"
    script = ready(start(f"{modules}\nprint('one', flush=True)\n{then}"))
    assert script.wait_for_rest(PATIENCE if rests else 0.5) == rests


@pytest.mark.parametrize(
    ("then", "waits"),
    [
        ("input()", True),
        ("threading.Event().wait(9)", True),
        ("time.sleep(9)", True),
        ("select.select([], [], [], 9)", True),
        ("subprocess.run(['sleep', '9'])", True),
        ("threading.Thread(target=time.sleep, args=[9]).start()\nwhile True:\n    pass", False),
    ],
)
def test_who_sleeps_can_be_waited_for_too(start: Start, then: str, waits: bool) -> None:
    modules = "import select, subprocess, threading, time"
    script = ready(start(f"{modules}\nprint('one', flush=True)\n{then}"))
    assert script.wait_for_rest(PATIENCE if waits else 0.5, asleep=True) == waits


def test_who_rests_has_printed_all(start: Start) -> None:
    loop = "for number in range(20000):\n    print(number)\ninput()"
    script = start(loop)
    assert script.wait_for_rest(PATIENCE)
    assert script.lines[-1] == "19999"


def test_forgotten_lines_are_gone_and_new_ones_come(start: Start) -> None:
    script = ready(start("print('one', flush=True)\ninput()\nprint('two')"))
    script.forget_lines()
    assert script.lines == script.texts == []
    assert not script.wait_for(lambda: "two" in script.lines, 0)


@pytest.mark.parametrize(
    "code, status",
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137), ("1/0", 1)],
)
def test_the_status_is_a_shells(finish: Start, code: str, status: int) -> None:
    assert finish(code).status == status


def test_a_script_that_runs_has_no_status(start: Start) -> None:
    script = ready(start("print('up', flush=True)\ninput()"))
    assert script.status is None
    assert len(script.pids()) == 1


QUIET = "try:\n    print('up', flush=True)\n    input()\nexcept KeyboardInterrupt:\n    pass"
# Python can overlook a signal that comes just before it waits for input: it wakes by itself here.
LOUD = "import time\nprint('up', flush=True)\nwhile True: time.sleep(0.01)"
KILLED = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\n{LOUD}"
BY_HAND = f"import signal\nsignal.signal(signal.SIGINT, lambda *_: exit(0))\n{LOUD}"
STATUS = QUIET.replace("pass", "raise SystemExit(1)")
IGNORED = """\
class Cleaner:
    def __del__(self):
        raise ValueError("no fault of the script")
cleaner = Cleaner()
"""


@pytest.mark.parametrize(
    "code, cleanly",
    [
        (QUIET, True),
        (KILLED, True),
        (BY_HAND, True),
        (IGNORED + QUIET, True),
        (LOUD, False),
        (STATUS, False),
        (IGNORED + LOUD, False),
    ],
    ids=["caught", "by the signal", "handler", "exception ignored", "loud", "status 1", "both"],
)
def test_a_script_ends_cleanly_on_ctrl_c_or_does_not(
    start: Start, code: str, cleanly: bool
) -> None:
    script = ready(start(code))
    assert script.interrupt(PATIENCE)
    assert ended_cleanly(script) is cleanly, script.output()


def test_a_script_that_takes_two_interrupts_gets_them(start: Start) -> None:
    deaf = "try:\n    print('up', flush=True)\n    input()\nexcept KeyboardInterrupt:\n    pass\n"
    script = ready(start(deaf + "print('again', flush=True)\n" + QUIET))
    assert script.interrupt(PATIENCE)
    assert ended_cleanly(script)


def computes_and_waits(when_interrupted: str, computes: float, waits: float) -> str:
    """Write a script that does so in turns, each for so many seconds."""
    return f"""
import os, signal, time
waits = False
signal.signal(signal.SIGINT, lambda *_: {when_interrupted})
print("up", flush=True)
while True:
    waits, end = False, time.monotonic() + {computes}
    while time.monotonic() < end:
        pass
    waits = True
    time.sleep({waits})
"""


def test_an_interrupt_comes_while_the_script_only_waits(start: Start) -> None:
    """One that came at any moment would be lost nearly always."""
    code = computes_and_waits("waits and exit(0)", computes=0.3, waits=0.005)
    script = ready(start(code))
    assert script.interrupt(PATIENCE / 4)
    assert ended_cleanly(script), script.output()


def test_no_interrupt_comes_after_a_script_that_waited_went_on(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = computes_and_waits("os._exit(0 if waits else 3)", computes=0.02, waits=0.02)
    script = ready(start(code))
    write = os.write

    def write_late(descriptor: int, data: bytes) -> int:
        """Write what may come late: when the script, unless it is stopped, computes again."""
        end = time.monotonic() + PATIENCE
        while not states(script.pids()) & {"R", "T"} and time.monotonic() < end:
            pass
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", write_late)
    assert script.interrupt(PATIENCE)
    assert script.status == 0


def test_a_script_that_ignores_interrupts_is_given_up(start: Start) -> None:
    code = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{LOUD}"
    script = ready(start(code))
    assert not script.interrupt(0.01)
    assert script.status is None


def test_a_long_output_keeps_its_ends_and_says_how_much_is_missing(finish: Start) -> None:
    script = finish("print('first')\nprint('x' * 300_000)\nprint('last')")
    text = script.output()
    assert text.startswith("first\r\n")
    assert text.endswith("last\r\n")
    missing = script.total - module.HEAD - module.TAIL
    assert f"\n[... {missing} bytes cut ...]\n" in text
    assert script.lines[0] == "first"
    assert script.lines[-1] == "last"


def test_a_script_that_prints_without_end_is_ended(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_OUTPUT", 1 << 20)
    script = start("while True:\n    print('x' * 1000)")
    with pytest.raises(SubmissionError, match=r"a\.py printed more than 1 MiB") as caught:
        script.wait_for(lambda: False, PATIENCE)
    assert caught.value.log.startswith("xxx")
    assert script.status is not None


class Pipe:
    """A source that gives what was written into a pipe."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self.given = 0

    def write(self, data: bytes) -> None:
        os.write(self._writing, data)

    def fileno(self) -> int:
        return self._reading

    def read(self) -> bytes:
        return os.read(self._reading, 1 << 20)

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    source = Pipe()
    yield source
    source.close()


def test_what_a_source_holds_is_fed_to_the_script(start: Start, pipe: Pipe) -> None:
    """So a script reads a trace_pipe of its own: a FIFO that the grader fills."""
    pipe.write(b"a line\n")
    asked = []

    def opened() -> Pipe:
        asked.append(pipe)
        return pipe

    script = start(
        "print('first', flush=True); input(); print(open('trace_pipe').readline().strip())"
    )
    script.feed(opened)
    assert script.wait_for(lambda: "first" in script.lines, PATIENCE)
    assert not asked, "the script has not opened it yet"
    os.write(script._master, b"go on\n")
    assert script.wait_for(lambda: "a line" in script.lines, PATIENCE)
    assert asked == [pipe]


def test_a_script_reads_all_of_its_trace_pipe_however_much_comes_at_once(
    start: Start, pipe: Pipe
) -> None:
    """More than a FIFO holds: what does not fit waits for the script to read."""

    class Much(Pipe):
        def read(self) -> bytes:
            return 40_000 * super().read()

    much = Much()
    script = start("for n, line in enumerate(open('trace_pipe')): print(n, flush=n % 1000 == 999)")
    script.feed(lambda: much)
    for number in range(1, 4):
        much.write(b"a line of the trace\n")
        last = str(number * 40_000 - 1)

        def ends(last: str = last) -> bool:
            return last in script.lines[-1:]

        assert script.wait_for(ends, PATIENCE)
    much.close()


PLAIN = {
    "itself": "import sys\nprint(__file__, __name__, __doc__, __loader__.path, sys.argv, sys.path)",
    "globals": "print(sorted(globals()))",
    "docstring": '"What it does."\nprint(__doc__)',
    "traceback": "def f():\n    return 1 / 0\n\n\nf()",
    "syntax": "print('a')\nfor x in 3\n",
    "tabs": "if 1:\n\tx = 1\n        y = 2\n",
    "null byte": "x = '\0'",
    "latin-1": b"print('a')\n# caf\xe9\nprint('b')\n",
    "latin-1 string": b"x = 'caf\xe9'\n",
    "unknown coding": "# coding: nonsense\n",
    "byte order mark": "\ufeffprint('a')",
    "coding": "# coding: latin-1\nprint('\u00e9')",
    "chained": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('b') from e",
    "exit": "raise SystemExit('enough')",
    "status": "import sys\nsys.exit(7)",
    "at exit": "import atexit\natexit.register(lambda: print('bye'))\n1 / 0",
    "own hook": "import sys\nsys.excepthook = lambda *error: print(error[:2])\n{}['a']",
    "interrupt": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)",
    "imports itself": "import a\nprint(a.__name__, __name__)",
    "source": "import inspect\ndef f(): pass\nprint(inspect.getsource(f))",
    "pickles": "import pickle\nclass A: pass\nprint(pickle.loads(pickle.dumps(A())).__module__)",
}


@pytest.mark.parametrize("code", PLAIN.values(), ids=list(PLAIN))
def test_a_script_runs_as_python_runs_it(finish: Start, tmp_path: Path, code: str | bytes) -> None:
    data = code.encode() if isinstance(code, str) else code
    (tmp_path / "a.py").write_bytes(data)
    plain = subprocess.run(
        ["env", "--default-signal=INT", PYTHON, "a.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHON_COLORS": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    script = finish(data)
    assert script.output().replace("\r\n", "\n") == plain.stdout.decode(errors="replace")
    assert script.status == (plain.returncode if plain.returncode >= 0 else 128 - plain.returncode)


def test_a_python_that_does_not_start_is_no_fault_of_the_student_s(tmp_path: Path) -> None:
    class Broken(OpenSandbox):
        def start(self, argv: Sequence[str], **given: Any) -> subprocess.Popen[bytes]:
            return super().start(["sh", "-c", "echo no memory; exit 3"], **given)

    script = Script(Broken(tmp_path))  # type: ignore[arg-type]
    try:
        with pytest.raises(InfraError, match="did not start") as caught:
            script.wait_until_ready(PATIENCE)
        assert "no memory" in caught.value.log
    finally:
        script.close()


def test_what_was_printed_last_is_judged_even_if_the_script_has_long_ended(
    start: Start, sandbox: OpenSandbox
) -> None:
    """Python dies of SIGINT after its traceback, so the traceback alone tells."""
    script = ready(start(LOUD))
    os.kill(script.pids()[0], signal.SIGINT)
    sandbox.children[0].wait()
    assert script.interrupt(PATIENCE)
    assert script.status == 130
    assert not ended_cleanly(script), script.output()


def test_a_script_that_lets_go_of_its_terminal_is_waited_for(start: Start, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "go")
    script = start("import os\nfor n in range(3): os.close(n)\nopen('go').read()")
    writers: list[int] = []

    def ended() -> bool:
        """Let the script end the third time that it is seen to wait for its FIFO."""
        if len(writers) < 3:
            try:
                writers.append(os.open(tmp_path / "go", os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                return False  # It has not opened the FIFO yet.
            if len(writers) == 3:
                for writer in writers:
                    os.close(writer)
        return script.status is not None

    assert script.wait_for(ended, PATIENCE)
    assert script.status == 0


def test_the_last_line_of_a_traceback_that_is_the_scripts_own_is_found(
    finish: Start, tmp_path: Path
) -> None:
    script = finish("import json\n\n\njson.loads('')\n")
    output = script.output().replace(str(tmp_path), "/lab")
    assert "json/decoder.py" in output
    assert traceback_line(output, "a.py") == 4


@pytest.mark.parametrize(
    "output, line",
    [
        ("", 0),
        ('  File "/lab/a.py", line 12, in <module>\n', 12),
        ('  File "/lab/a.py", line 3, in f\n  File "/lab/a.py", line 5, in g\n', 5),
        ('  File "/usr/lib/python3/dist-packages/bcc/a.py", line 7, in f\n', 0),
        ('  File "/lab/axpy", line 7, in f\n', 0),
    ],
)
def test_the_line_of_a_traceback_is_one_of_the_script(output: str, line: int) -> None:
    assert traceback_line(output, "a.py") == line


@pytest.mark.parametrize(
    "output, error",
    [
        ("", ""),
        ("KeyError: 'a'\n", ""),
        (
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyError: 'a'\n",
            "KeyError: 'a'",
        ),
        (
            'Traceback (most recent call last):\r\n  File "a.py", line 1\r\nKeyboardInterrupt\r\n',
            "KeyboardInterrupt",
        ),
    ],
)
def test_the_error_of_a_traceback_is_its_last_line(output: str, error: str) -> None:
    assert last_error(output) == error


def test_a_script_has_its_arguments_and_no_others(start: Start) -> None:
    script = start("import sys; print(sys.argv)", "--name", "é \udcff", "")
    assert script.wait_for(lambda: bool(script.lines), PATIENCE)
    assert script.lines == ["['a.py', '--name', 'é \\udcff', '']"]


def test_what_is_typed_is_read_and_not_shown(start: Start) -> None:
    script = start("import sys; print('ready', flush=True); print(sys.stdin.read().upper())")
    assert script.wait_for(lambda: bool(script.lines), PATIENCE)
    script.type("one\ntwo\n\x04")
    assert script.wait_for(lambda: script.lines == ["ready", "ONE", "TWO"], PATIENCE)
    assert script.wait_for(lambda: script.status is not None, PATIENCE)
