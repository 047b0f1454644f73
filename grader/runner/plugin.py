"""labebpf as a plugin of the host's pytest: its options, and what is begun before all else loads.

Its other hooks are in grader.runner.host_hooks and grader.runner.judging. Importing these takes as
long as importing BCC does, in the processes of a grading, which are therefore started before.
"""

from __future__ import annotations

import pytest

from grader.base.errors import InfraError, UsageError
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.base.profile import Recorder
from grader.copies.recovery import finish_interrupted
from grader.runner import pytest_options
from grader.runner.ahead import TAKEN, take_ahead

pytest_plugins = (pytest_options.__name__,)


def pytest_addoption() -> None:
    try:
        finish_interrupted(ENGINE)  # This early nothing is captured yet.
    except (InfraError, UsageError) as error:
        raise pytest.UsageError(str(error)) from error


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    plugins = early_config.pluginmanager
    given = early_config.known_args_namespace.profile
    path = early_config.invocation_params.dir / given if given else None
    if path and not path.parent.is_dir():
        raise pytest.UsageError(say("There is no folder {given}.", given=path.parent))
    recorder = Recorder() if path else None
    if kernel := take_ahead(early_config):
        early_config.stash[TAKEN] = kernel
    plugins.import_plugin("grader.runner.host_hooks")
    if path and recorder:
        from grader.runner.profiling import Profiling

        plugins.register(Profiling(path, recorder), "labebpf-profiling")
