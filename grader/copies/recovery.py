"""Finish a change of a copy that was interrupted, before anything else is done there."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.base.messages import say
from grader.copies.swap import recover


def finish_interrupted(root: Path, command: Sequence[str] = ()) -> None:
    """Finish what was interrupted in `root`, and run the same again with the engine there is then.

    That is `command` where its program can be run, else this process's own. Raises InfraError where
    it cannot be finished.
    """
    if recover(root) is None:
        return
    from grader.ui.localized_click import note  # Takes longer than all else here.

    note(say("A change of this copy was interrupted. It is finished now."))
    sys.stderr.flush()
    if command and os.access(command[0], os.X_OK):
        os.execv(command[0], list(command))
    os.execv(sys.executable, sys.orig_argv)
