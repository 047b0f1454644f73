"""The student's own script, live on this terminal, in this machine's own kernel."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from grader.base.errors import InfraError
from grader.base.messages import say
from grader.kernel.features import privileges
from grader.kernel.headers import find_headers
from grader.kernel.mounts import mount_privately
from grader.labs import Lab
from grader.submission.lent import lent_packages
from grader.submission.sandbox import PYTHON


def become_script(lab: Lab, folder: Path, arguments: Sequence[str] = ()) -> NoReturn:
    """Go on as the script of `lab`, as `sudo python3 SCRIPT` would run in `folder`, the student's.

    It is given `arguments`. What BCC needs, tracefs and kernel headers, is there for this process
    alone; it can import what the grader lends. Raises InfraError.
    """
    allowed = privileges()
    if not allowed.ok:
        raise InfraError(
            say(
                "A script on this machine's own kernel needs root: {detail}.",
                detail=allowed.detail,
            ),
            say(
                "Run: sudo ./labebpf run {name}, or ./labebpf run {name} --kernel vm",
                name=lab.name,
            ),
        )
    mount_privately()
    command = [PYTHON, lab.script, *arguments]
    if lent := find_headers(os.uname().release).bwrap:
        # Ctrl-C reaches bwrap too, which has to stay until the script has ended.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        command = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", *lent,
                   "env", "--default-signal=INT", *command]  # fmt: skip
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and what is ignored stays so.
    if folder.stat().st_uid != os.geteuid():
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # With sudo: what it imports stays the user's.
    lent_from = {str(package.parent) for package in lent_packages().values()}
    os.environ["PYTHONPATH"] = os.pathsep.join(sorted(lent_from))
    os.chdir(folder)
    sys.stdout.flush()
    os.execvp(command[0], command)
