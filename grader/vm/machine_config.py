"""What a machine is like, and by how much slower it is; both its sides ask this."""

from __future__ import annotations

from dataclasses import dataclass

EMULATED = 4.0
"""By how much deadlines stretch under TCG: what computes is up to ten times slower, and what
waits is not."""


@dataclass(frozen=True)
class MachineConfig:
    """How big a machine is, and what runs it. Memory in MiB."""

    accelerator: str = "tcg"
    memory: int = 640
    cpus: int = 2

    @property
    def slowness(self) -> float:
        """The time scale of a machine like this."""
        return EMULATED if self.accelerator == "tcg" else 1.0
