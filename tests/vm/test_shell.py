"""Terminals in a machine, through the real command on real pseudo-terminals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.vm import image_store
from grader.vm.image_store import Image
from tests.support.checkout import AS_NOBODY, NOBODY, ROOT, copy_solution
from tests.support.terminal import CTRL_C, CTRL_D, CTRL_X, CTRL_Z, ESCAPE, SECONDS, Typist
from tests.support.waiting import wait_until


@dataclass
class World:
    """A hand-in of its own, and the processes that a test has started on it."""

    image: Image
    hand_in: Path
    environment: dict[str, str]
    prefix: tuple[str, ...] = ()
    terminals: list[Typist] = field(default_factory=list)

    @property
    def lab(self) -> Path:
        return self.hand_in / "lab3"

    @property
    def command(self) -> list[str]:
        options = ("--submission", str(self.hand_in), "--kernel", f"vm:{self.image.version}")
        return [*self.prefix, sys.executable, "-I", "-m", "grader", "shell", "lab3", *options]

    def pipe(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command,
            input=commands,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=3 * SECONDS,
            check=False,
        )

    def open(self) -> Typist:
        """Open a terminal, and wait until its shell has shown a prompt."""
        typist = Typist(self.command, self.environment)
        self.terminals.append(typist)
        typist.expect(r"machine-\S+:.*/exercises/lab3.*# ", 3 * SECONDS)
        return typist

    def processes(self, name: str = "") -> list[int]:
        """List the processes of this world, or only those with `name` on their command line."""
        found = []
        marker = f"LABEBPF_WORLD={self.environment['LABEBPF_WORLD']}\0".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = marker in (folder / "environ").read_bytes() + b"\0"
                if ours and name.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def switchboard(self) -> int:
        """Return the id of the process that holds the machine."""
        (qemu,) = self.processes("qemu-system")
        fields = Path(f"/proc/{qemu}/stat").read_text().rpartition(")")[2].split()
        return int(fields[1])


@pytest.fixture
def world(image: Image, tmp_path: Path) -> Iterator[World]:
    hand_in = tmp_path / "hand-in"
    copy_solution("lab3", hand_in / "lab3")
    made = World(image, hand_in, os.environ | {"LABEBPF_WORLD": str(tmp_path)})
    yield made
    for typist in made.terminals:
        typist.kill()
        typist.hang_up()
    for process in made.processes():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_the_headers_of_bcc_are_precompiled_unless_a_script_has_options(world: World) -> None:
    look = "ls /usr/src/linux-headers-*/include/linux/kconfig.h.pch"
    assert world.pipe(look).returncode == 0
    script = world.lab / "counter.py"
    script.write_text(script.read_text().replace('counter.c")', 'counter.c"), cflags=[]'))
    assert world.pipe(look).returncode != 0


def test_commands_from_a_pipe(world: World) -> None:
    done = world.pipe("uname -r; pwd; id -un; echo to you >&2; exit 7\n")
    assert done.stdout == f"{world.image.release}\n/exercises/lab3\nroot\n"
    assert done.stderr == "to you\n"
    assert done.returncode == 7
    assert not world.processes()


def test_much_goes_through_a_pipe(world: World) -> None:
    done = world.pipe("cat <<'end' | wc -c; seq 100000\n" + "x" * 99 * 3000 + "\nend\n")
    assert done.stdout.split() == ["297001", *map(str, range(1, 100_001))]


def test_two_terminals_one_machine(world: World) -> None:
    """The course's way: the script in one, mkdir in the other."""
    one = world.open()
    one.run("uname -r", re.escape(world.image.release))
    one.run("stty size", "30 100")
    one.run("touch from-one", "")
    two = world.open()
    two.run("ls", "from-one")
    assert len(world.processes("qemu-system")) == 1

    one.type("python3 counter.py\r")
    one.expect("Ctrl-C ends")
    two.run("cd /tmp && mkdir a b c && cd -", "lab3")
    one.expect(r"dossier\(s\) : 3")
    two.run("bpftool prog | grep -c tracepoint", r"\r1\r")
    one.type(CTRL_C)
    one.expect("# $")
    one.type(CTRL_D)
    status, last = one.end()
    assert status == 0
    assert "The machine runs on; other terminals in it: 1." in last
    assert one.put_back()
    assert not (world.lab / "from-one").exists()

    two.run("echo '// changed' >> counter.c", "")
    two.type("false; exit\r")
    status, last = two.end()
    assert status == 1
    assert f"into {world.lab}: counter.c, from-one." in last
    assert (world.lab / "counter.c").read_text().endswith("// changed\n")
    assert (world.lab / "from-one").read_bytes() == b""
    assert wait_until(lambda: not world.processes())


def test_keys_and_window(world: World) -> None:
    (world.lab / "waits.py").write_text(
        "import signal, time\n"
        "signal.signal(signal.SIGCONT, lambda *_: print('continued', flush=True))\n"
        "print('ready', flush=True)\n"
        "time.sleep(1000)\n"
    )
    one = world.open()
    one.type("python3 waits.py\r")
    one.expect("ready\r")
    one.type(CTRL_Z)
    one.expect("Stopped")
    one.expect("# $")
    one.type("fg\r")
    one.expect("continued\r")
    one.type(CTRL_C)
    one.expect("KeyboardInterrupt")
    one.expect("# $")
    one.resize(40, 120)
    one.run("stty size", "40 120")
    one.run("ls --color=always -d /", "\x1b\\[01;34m/")
    one.type("exit\r")
    status, last = one.end()
    assert status == 0
    assert "labebpf:" not in last, "nothing changed, and nothing is said"
    assert one.put_back()


def test_editors(world: World) -> None:
    one = world.open()
    one.type("nano counter.c\r")
    one.expect("GNU nano")
    one.type("// by nano\r" + CTRL_X)
    one.expect("Save modified buffer")
    one.type("y\r")
    one.expect("# $")
    one.type("vi counter.py\r")
    one.expect(r"- counter\.py")
    one.type(f"O# by vi{ESCAPE}")
    one.expect(r"- counter\.py \[Modified")
    one.type(":wq\r")
    one.expect("# $")
    one.type("exit\r")
    _, last = one.end()
    assert "counter.c, counter.py." in last
    assert (world.lab / "counter.c").read_text().startswith("// by nano\n")
    assert (world.lab / "counter.py").read_text().startswith("# by vi\n")


def test_a_flood_leaves_room(world: World) -> None:
    one, two = world.open(), world.open()
    one.type("yes\r")
    one.expect("y\r\ny\r\n")
    two.run("uname -r", re.escape(world.image.release))
    one.type(CTRL_C)
    one.seen = ""
    one.expect("# $")
    one.run("uname -r", re.escape(world.image.release))


def test_what_comes_back(world: World) -> None:
    (world.lab / "README.md").write_text("course\n")
    one = world.open()
    (world.lab / "counter.py").write_text("# edited here\n")
    for command in (
        "echo mine > notes.txt",
        "echo other > counter.py",
        "echo evil > conftest.py",
        "echo evil > README.md",
        "ln -s /etc/passwd link",
        "mkfifo pipe",
        "head -c 300000 /dev/zero > large.bin",
        "echo hidden > .hidden",
        "mkdir folder && echo x > folder/file",
        "rm counter.c",
        "echo x > /exercises/outside; mkdir ../lab9; echo x > ../lab9/y",
    ):
        one.run(command, "")
    one.type("exit\r")
    _, last = one.end()
    said = [line.removeprefix("labebpf: ") for line in last.split("\r\n") if "labebpf:" in line]
    assert sorted(said) == [
        f"From the machine, into {world.lab}: counter.py.from-shell, notes.txt.",
        "README.md stays in the machine: only the course makes such a file.",
        "conftest.py stays in the machine: only the course makes such a file.",
        "counter.py changed here too: the machine's is counter.py.from-shell.",
        "large.bin stays in the machine: it is too large.",
    ]
    there = {path.name: path.read_text() for path in world.lab.iterdir()}
    assert there.pop("counter.c") == (ROOT / "solutions/lab3/counter.c").read_text()
    assert there == {
        "README.md": "course\n",
        "counter.py": "# edited here\n",
        "counter.py.from-shell": "other\n",
        "notes.txt": "mine\n",
    }


def test_a_closed_window_keeps_the_files(world: World) -> None:
    one = world.open()
    one.run("echo saved > notes.txt", "")
    one.hang_up()
    assert wait_until(lambda: not world.processes())
    assert (world.lab / "notes.txt").read_text() == "saved\n"


def test_a_killed_terminal(world: World) -> None:
    one = world.open()
    one.run("echo saved > notes.txt", "")
    assert not one.put_back()
    one.kill()
    assert wait_until(lambda: not world.processes())
    assert one.put_back()
    assert (world.lab / "notes.txt").read_text() == "saved\n"


def test_a_terminated_terminal(world: World) -> None:
    one = world.open()
    os.kill(one.pid, signal.SIGTERM)
    status, _ = one.end()
    assert status == 128 + signal.SIGTERM
    assert one.put_back()
    assert wait_until(lambda: not world.processes())


def test_a_killed_switchboard(world: World) -> None:
    one = world.open()
    os.kill(world.switchboard(), signal.SIGKILL)
    status, last = one.end()
    assert status == 3
    assert "was ended from outside. Open it again" in last
    assert one.put_back()
    assert wait_until(lambda: not world.processes())
    assert world.pipe("echo again\n").stdout == "again\n", "what it left is in nobody's way"


def test_a_terminated_switchboard(world: World) -> None:
    """As when the host shuts down: nothing is lost."""
    one = world.open()
    one.type("echo saved > notes.txt; sleep 6; echo n''ow\r")
    one.expect("now\r")
    os.kill(world.switchboard(), signal.SIGTERM)
    status, last = one.end()
    assert status == 3
    assert f"into {world.lab}: notes.txt." in last
    assert "was told to end (Terminated)." in last
    assert one.put_back()
    assert wait_until(lambda: not world.processes())


def test_a_removed_folder(world: World) -> None:
    one = world.open()
    one.run("echo saved > /tmp/notes.txt; rm -r /exercises/lab3; cd /; sleep 3; echo", "")
    one.type("mkdir -p /exercises/lab3; mv /tmp/notes.txt /exercises/lab3; exit\r")
    _, last = one.end()
    assert f"into {world.lab}: notes.txt." in last
    assert sorted(path.name for path in world.lab.iterdir()) == [
        "counter.c",
        "counter.py",
        "notes.txt",
    ]


def test_a_panic_takes_two_seconds_of_work(world: World) -> None:
    one = world.open()
    one.run("echo saved > notes.txt", "")
    one.type("sleep 6; echo c > /proc/sysrq-trigger\r")
    status, last = one.end()
    assert status == 3
    assert "is lost: its kernel panicked. Open it again;" in last
    assert f"into {world.lab}: notes.txt." in last
    assert one.put_back()
    assert (world.lab / "notes.txt").read_text() == "saved\n"


def test_a_hostile_machine(world: World) -> None:
    """Root in the machine takes the wire and speaks for itself."""
    names = ["../evil", "lab3/../../evil", "/etc/evil", "lab3//tmp/evil", "lab3/" + "n" * 9999]
    forged: list[dict[str, object]] = [{"file": name, "data": "ZXZpbAo="} for name in names]
    forged += [{"file": f"lab3/many{number}", "data": ""} for number in range(1000)]
    forged += [{"terminal": number, "exit": 0} for number in (99, -1)]
    messages = [json.dumps(message).encode() for message in forged]
    (world.lab / "forge.py").write_text(f"""
import ctypes, os
libc = ctypes.CDLL(None)
wire = next(n for n in os.listdir("/proc/1/fd") if "vport" in os.readlink(f"/proc/1/fd/{{n}}"))
with open(f"/proc/{{os.getppid()}}/stat") as stat:
    agent = int(stat.read().split()[3])
waits = ()
while not set(waits) & {{"7", "23", "232", "270", "271", "281"}}:  # poll, select, epoll_wait, ...
    os.kill(agent, 18)
    os.kill(agent, 19)  # It has the wire: two cannot wait for one port.
    while ") T " not in open(f"/proc/{{agent}}/stat").read():
        pass
    waits = open(f"/proc/{{agent}}/syscall").read().split()[:1]  # Else it is within a message.
wire = libc.syscall(438, os.pidfd_open(1), int(wire), 0)  # pidfd_getfd
for message in (*{messages}, b"[" * 100_000):
    message = len(message).to_bytes(4, "big") + message
    while message:
        message = message[os.write(wire, message):]
""")
    done = world.pipe("python3 forge.py || exit; sleep 1000\n")
    assert done.returncode == 3
    assert "is lost: a message that is not JSON. Open it again;" in done.stderr
    there = {path.name for path in world.lab.iterdir()}
    assert there - {f"many{n}" for n in range(200)} == {"counter.c", "counter.py", "forge.py"}
    assert not list(world.hand_in.rglob("*evil*")) + list(world.hand_in.parent.glob("*evil*"))
    assert wait_until(lambda: not world.processes())


def test_killed_while_it_starts(world: World, tmp_path: Path) -> None:
    """Without a snapshot the machine boots first."""
    cache = tmp_path / "cache"
    shutil.copytree(
        world.image.folder,
        cache / "labebpf" / "images" / world.image.folder.name,
        copy_function=os.link,
    )
    world.environment["XDG_CACHE_HOME"] = str(cache)
    for number in (signal.SIGKILL, signal.SIGINT):
        one = Typist(world.command, world.environment)
        world.terminals.append(one)
        assert wait_until(lambda: world.processes("qemu-system"))
        os.kill(one.pid, number)

        def alone(pid: int = one.pid) -> bool:
            return not set(world.processes()) - {pid}

        assert wait_until(alone, 5)
        one.kill()


@pytest.mark.skipif(os.geteuid() != 0, reason="all tests are an ordinary user's then")
def test_an_ordinary_user(world: World) -> None:
    """Without a capability, with a home of its own."""
    world.prefix = (
        *AS_NOBODY,
        *("--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
    )
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        cache = home / ".cache" / "labebpf"
        shutil.copytree(world.image.folder, cache / "images" / world.image.folder.name)
        (cache / "snapshots").mkdir()
        for path in (image_store.cache() / "snapshots").glob(f"{world.image.version}-*"):
            shutil.copy(path, cache / "snapshots")
        world.hand_in = shutil.copytree(world.hand_in, home / "hand-in")
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for variable in ("XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
            world.environment.pop(variable, None)
        world.environment["HOME"] = name
        one = world.open()
        assert {Path(f"/proc/{process}").stat().st_uid for process in world.processes()} == {NOBODY}
        one.run("id -u", r"\r0\r")
        one.run("echo mine > notes.txt", "")
        one.type("exit\r")
        _, last = one.end()
        assert "notes.txt." in last
        assert (world.lab / "notes.txt").stat().st_uid == NOBODY
        assert wait_until(lambda: not world.processes())
