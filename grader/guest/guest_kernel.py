"""A machine's kernel: taken for good, and got ready for gradings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.base.errors import InfraError
from grader.evidence.witness import Witness
from grader.guest.system import ROOT, all_cpus, forget_precompiled, one_cpu
from grader.kernel.native import NativeKernel
from grader.vm.machine_config import EMULATED
from grader.vm.protocol import GuestMessage, Wire

LOADERS = 2
"""As many as the first lab may want at once: its program, built in two ways."""
_SECONDS = 600


class GuestKernel(NativeKernel):
    """Starts what each grading needs; `get_ready` waits for that."""

    def __init__(self, wire: Wire[GuestMessage]) -> None:
        super().__init__(hidden=(ROOT,), waiting=lambda text: None)
        self._wire = wire
        self._own_witness()
        # Their CPU time is bounded now, and the scale that will be asked for is not known.
        self.start_spares(LOADERS, scripts=1, scale=10 * EMULATED)
        # From here on processes only import and compile: Linux patches nothing of itself.
        all_cpus()

    def get_ready(self) -> None:
        """Return when the witness is attached, and BCC imported wherever it will be wanted."""
        self.wait_for_spares(_SECONDS)
        with one_cpu():
            try:
                self._attach_witness()
            except InfraError:
                forget_precompiled()  # Perhaps this BCC has other options than it was made for.
                self.close_witness()
                self._attach_witness()

    def _attach_witness(self) -> None:
        witness = self._own_witness()
        witness.release()
        witness.wait(_SECONDS)

    def _own_witness(self) -> Witness:
        """Return the one that was started, or a new one."""
        return self.witness(ROOT / "bpf_templates", held=True)

    @contextmanager
    def others_waiting(self) -> Iterator[None]:
        """Ask the host for the CPUs: two machines with a load on all take them from each other."""
        self._wire.send({"alone": True})
        self._wire.receive()
        try:
            yield
        finally:
            self._wire.send({"alone": False})
