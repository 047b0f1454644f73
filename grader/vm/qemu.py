"""One QEMU process: a machine without a network; a virtio-serial port leads to the host."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from base64 import b64encode
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.base.text import clean
from grader.vm.image_store import Image
from grader.vm.machine_config import MachineConfig
from grader.vm.protocol import HostMessage, Wire, WireError

QEMU = "qemu-system-x86_64"
INSTALL = "sudo apt-get install qemu-system-x86, or sudo dnf install qemu-system-x86-core"
_ACCELERATORS = {
    # A translation cache of 256 MB instead of a quarter of the memory; cmpxchg16b of QEMU 7.2 is
    # wrong under TCG, and Linux 6.12 uses it where the CPU offers it (a double fault in slub).
    "tcg": ("-accel", "tcg,thread=multi,tb-size=256", "-cpu", "qemu64,-cx16"),
    "kvm": ("-accel", "kvm", "-cpu", "host"),
}
# One CPU until the guest asks for more (maxcpus): QEMU before 8.1 may go on executing what a CPU
# has patched while another one translated it ("accel/tcg: Always lock pages before translation"),
# and Linux patches itself most while it starts; noreplace-smp: not once more for the second CPU.
# norandmaps: libraries lie at the same address in every process, and TCG translates them once.
_COMMAND_LINE = "console=ttyS0 quiet panic=-1 maxcpus=1 noreplace-smp norandmaps mitigations=off"


class BootError(InfraError):
    """A machine ended, or hung, before it was ready."""


class Machine:
    """A machine of `image` with the grader's `code` (a tar file) in it, until `close`.

    Boots, or goes on from `snapshot` where one is given. Raises InfraError without QEMU.
    """

    def __init__(
        self, image: Image, code: bytes, config: MachineConfig, *, snapshot: Path | None = None
    ) -> None:
        self.config = config
        self._stack = ExitStack()
        self._console = self._file()
        disk = self._file()
        disk.write(code.ljust(-(-len(code) // 512) * 512, b"\0"))
        disk.flush()
        ours, theirs = socket.socketpair()
        monitor, its_monitor = socket.socketpair()
        for end in (ours, theirs, monitor, its_monitor):
            self._stack.enter_context(end)
        self._monitor = monitor
        passed = [disk.fileno(), self._console.fileno(), theirs.fileno(), its_monitor.fileno()]
        argv = [
            *qemu_command(),
            *_ACCELERATORS[config.accelerator],
            *("-m", str(config.memory), "-smp", str(config.cpus)),
            *("-kernel", str(image.kernel), "-initrd", str(image.initramfs)),
            *("-append", _COMMAND_LINE),
            *("-drive", f"file={_quoted(image.root)},if=virtio,format=raw,readonly=on"),
            *("-drive", f"file=/dev/fd/{disk.fileno()},if=virtio,format=raw,readonly=on"),
            *("-chardev", f"file,id=console,append=on,path=/dev/fd/{self._console.fileno()}"),
            *("-serial", "chardev:console"),
            *("-chardev", f"socket,id=monitor,fd={its_monitor.fileno()}"),
            *("-mon", "chardev=monitor,mode=control"),
            *("-device", "virtio-serial-pci"),
            *("-device", "virtserialport,chardev=wire,name=labebpf"),
            *("-chardev", f"socket,id=wire,fd={theirs.fileno()}"),
        ]
        if snapshot:
            state = self._stack.enter_context(snapshot.open("rb"))
            passed.append(state.fileno())
            argv += ["-incoming", f"fd:{state.fileno()}"]
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=self._console,
            stderr=self._console,
            pass_fds=passed,
            start_new_session=True,
        )
        theirs.close()
        its_monitor.close()
        self.wire: Wire[HostMessage] = Wire(ours.fileno())

    def _file(self) -> IO[bytes]:
        return self._stack.enter_context(tempfile.TemporaryFile(buffering=0))

    def wait_until_ready(self, seconds: float) -> None:
        """Return when a machine that boots has its grader ready. Raises InfraError."""
        try:
            message = self.wire.receive(seconds)
        except (WireError, TimeoutError) as error:
            raise BootError(
                say(
                    "The virtual machine did not come up: {why}.", why=str(error) or say("it hangs")
                ),
                say("Grade again."),
                log=self.console(),
            ) from error
        if "ready" not in message:
            raise InfraError(
                say("The grader does not start in the virtual machine."),
                say("Report it, with the log."),
                log=clean(str(message.get("failed"))),
            )

    def wake(self) -> None:
        """Give the guest this moment's clock, and random numbers of its own."""
        entropy = b64encode(secrets.token_bytes(64)).decode()
        self.wire.send({"wake": time.time(), "entropy": entropy})

    def console(self) -> str:
        """Return the last that the guest's kernel, or QEMU, has printed."""
        size = os.fstat(self._console.fileno()).st_size
        data = os.pread(self._console.fileno(), 4000, max(0, size - 4000))
        return data.decode(errors="replace")

    @property
    def pid(self) -> int:
        """QEMU's process."""
        return self._process.pid

    @property
    def killed(self) -> bool:
        """Whether somebody killed QEMU: the kernel, when memory ran out. It may be just ending."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(1) == -signal.SIGKILL
        return False

    @property
    def panicked(self) -> bool:
        """Whether the guest's kernel says so; a guest's root could say it too."""
        return "Kernel panic" in self.console()

    def save(self, path: Path, seconds: float) -> None:
        """Write the machine's state to `path`, for `snapshot`, and let it go on.

        Raises InfraError, also when it takes more than `seconds`.
        """
        # Only now: few machines are saved, and this takes a while to import.
        import asyncio

        from qemu.qmp.legacy import QEMUMonitorProtocol

        deadline = time.monotonic() + seconds
        with QEMUMonitorProtocol(self._monitor) as qmp, path.open("wb") as file:
            qmp.connect(negotiate=True)
            qmp.send_fd_scm(file.fileno())
            qmp.cmd("getfd", fdname="state")
            qmp.cmd(
                "migrate-set-capabilities", capabilities=[{"capability": "events", "state": True}]
            )
            qmp.cmd("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
            # Not stopped before: a machine that goes on from `path` would stand still as well.
            qmp.cmd("migrate", uri="fd:state")
            status = ""
            with suppress(asyncio.TimeoutError):
                while status not in ("completed", "failed", "cancelled"):
                    event = qmp.pull_event(wait=max(0.001, deadline - time.monotonic()))
                    if event and event["event"] == "MIGRATION":
                        status = event["data"]["status"]
            if status != "completed":
                raise InfraError(
                    say("QEMU could not save the machine's state."), say("Is the disk full?")
                )
            # The event comes a moment before the machine is ready to go on.
            while "postmigrate" not in str(qmp.cmd("query-status")):
                if time.monotonic() > deadline:
                    raise InfraError(
                        say("QEMU does not come back from saving."), say("Grade again.")
                    )
            qmp.cmd("cont")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._stack.close()


def qemu_command() -> list[str]:
    """Return the beginning of a command that starts QEMU without a network. Raises InfraError.

    QEMU ends with the thread that started it, however that ends.
    """
    return [
        *("setpriv", "--pdeathsig", "KILL", str(_binary())),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
        *("-machine", "q35,usb=off", "-nic", "none"),
    ]


def qemu_version() -> str:
    """Return what QEMU says of itself. Raises InfraError where there is none."""
    done = subprocess.run([*qemu_command(), "--version"], capture_output=True, check=False)
    return done.stdout.decode(errors="replace").partition("\n")[0]


def qemu_identity() -> str:
    """Return a text that differs for each QEMU, without running it.

    Raises InfraError without QEMU.
    """
    binary = _binary()
    facts = binary.stat()
    return f"{binary} {facts.st_size} {facts.st_mtime_ns}"


def _binary() -> Path:
    binary = shutil.which(QEMU)
    if binary is None:
        raise InfraError(say("QEMU is missing."), say("Install it: {how}", how=INSTALL))
    return Path(binary).resolve()


def _quoted(path: Path) -> str:
    """Return a path in an option of QEMU's, where a comma ends a value."""
    return str(path).replace(",", ",,")
