"""`labebpf run --kernel vm`: the script in a machine that a shell beside it shares."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.vm.image_store import Image
from tests.support.checkout import ROOT, command, copy
from tests.support.terminal import CTRL_C, SECONDS, Typist

PROMPT = r"machine-\S+:.*/exercises/lab3.*# $"
STARTS = 3 * SECONDS


@dataclass
class Desk:
    """A checkout, and who sits at terminals there."""

    checkout: Path
    kernel: str
    environment: dict[str, str]
    typists: list[Typist] = field(default_factory=list)

    @property
    def script(self) -> Path:
        return self.checkout / "exercises" / "lab3" / "counter.py"

    def command(self, name: str) -> list[str]:
        return command(name, "lab3", "--kernel", self.kernel)

    def open(self, name: str) -> Typist:
        self.typists.append(Typist(self.command(name), self.environment, self.checkout))
        return self.typists[-1]


@pytest.fixture
def desk(image: Image, tmp_path: Path) -> Iterator[Desk]:
    checkout = copy(tmp_path / "checkout")
    for name in ("counter.c", "counter.py"):
        shutil.copyfile(ROOT / "solutions/lab3" / name, checkout / "exercises/lab3" / name)
    made = Desk(checkout, f"vm:{image.version}", {**os.environ, "LABEBPF_LANG": "en"})
    yield made
    for typist in made.typists:
        typist.kill()
        typist.hang_up()


def test_a_shell_beside_the_script_has_the_same_kernel(desk: Desk) -> None:
    running = desk.open("run")
    running.expect("runs counter.py.", STARTS)
    running.expect("Ctrl-C ends", STARTS)
    shell = desk.open("shell")
    shell.expect("Another terminal of the machine that is already running.", STARTS)
    shell.expect(PROMPT)
    shell.run("cd /tmp && mkdir a b c && cd -", "lab3")
    running.expect(r"dossier\(s\) : 3")
    running.type(CTRL_C)
    status, last = running.end()
    assert (status, "Traceback" in last) == (0, False)
    assert running.put_back()

    # Once more, into the machine that the shell has kept.
    script = desk.script.read_text()
    desk.script.write_text(script + "# changed\n")
    running = desk.open("run")
    running.expect("Another terminal of the machine that is already running.", STARTS)
    running.expect(r"lab3/counter\.py changed here; the machine has it as it was\.")
    running.expect("Ctrl-C ends", STARTS)
    shell.run("mkdir /tmp/d", "")
    running.expect(r"dossier\(s\) : 1")
    running.type(CTRL_C)
    assert running.end()[0] == 0
    shell.type("exit\r")
    assert shell.end()[0] == 0
    assert desk.script.read_text() == script + "# changed\n"


def test_the_scripts_status_and_terminal_are_its_own(desk: Desk) -> None:
    desk.script.write_text(
        "import os\n"
        "print(os.getcwd(), os.uname().release, os.isatty(0), os.get_terminal_size(), flush=True)\n"
        "open('made.txt', 'w').write(input('say: '))\n"
        "raise SystemExit(7)\n"
    )
    running = desk.open("run")
    running.expect(r"/exercises/lab3 \S+ True .*columns=100, lines=30", STARTS)
    running.expect("say: ")
    running.type("hello\r")
    status, last = running.end()
    assert status == 7
    assert "made.txt" in last, "what it wrote comes back"
    assert (desk.script.parent / "made.txt").read_text() == "hello"


def test_an_interrupt_reaches_a_script_without_a_terminal(desk: Desk) -> None:
    desk.script.write_text(
        "import signal\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    signal.pause()\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
        "    raise SystemExit(5)\n"
    )
    with subprocess.Popen(
        desk.command("run"),
        cwd=desk.checkout,
        env=desk.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == "ready\n"
            running.send_signal(signal.SIGINT)
            assert running.stdout.read() == "interrupted\n"
            assert running.wait(SECONDS) == 5
        finally:
            with suppress(ProcessLookupError):
                running.kill()
