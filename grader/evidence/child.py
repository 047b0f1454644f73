"""A process of the grader's own that serves requests: the workload, or the witness."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import IO

from grader.base.rpc import RpcProcess


def start_child(
    name: str, argv: Sequence[str], *, output: IO[bytes] | int, pass_fds: Sequence[int] = ()
) -> RpcProcess:
    """Start `argv`, with the descriptor on which the process serves as one more argument.

    What the process prints goes to `output`. It ends with the grader, by bubblewrap's or setpriv's
    doing.
    """

    def start(descriptor: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*argv, str(descriptor)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[*pass_fds, descriptor],
            start_new_session=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        )

    return RpcProcess(name, start)
