"""labebpf as a plugin of the host's pytest: its options, and what is begun before all else loads.

Its other hooks are in grader.runner.host_hooks and grader.runner.judging. Importing these takes as
long as importing BCC does, in the processes of a grading, which are therefore started before.

Nothing of the grader is imported here before `pytest_addoption`: see `_keep_from_rewriting`.
"""

from __future__ import annotations

import sys

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    _keep_from_rewriting("grader")
    from grader.base.errors import InfraError, UsageError
    from grader.base.paths import ENGINE
    from grader.copies.recovery import finish_interrupted
    from grader.runner import pytest_options

    try:
        finish_interrupted(ENGINE)  # This early nothing is captured yet.
    except (InfraError, UsageError) as error:
        raise pytest.UsageError(str(error)) from error
    pluginmanager.register(pytest_options, pytest_options.__name__)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    from grader.base.messages import say
    from grader.base.profile import Recorder
    from grader.runner.ahead import TAKEN, take_ahead

    plugins = early_config.pluginmanager
    given = early_config.known_args_namespace.profile
    path = early_config.invocation_params.dir / given if given else None
    if path and not path.parent.is_dir():
        raise pytest.UsageError(say("There is no folder {given}.", given=path.parent))
    recorder = Recorder() if path else None
    if kernel := take_ahead(early_config):
        early_config.stash[TAKEN] = kernel
    from grader.runner import host_hooks, judging

    for hooks in (host_hooks, judging):
        plugins.register(hooks, hooks.__name__)
    if path and recorder:
        from grader.runner.profiling import Profiling

        plugins.register(Profiling(path, recorder), "labebpf-profiling")


def _keep_from_rewriting(package: str) -> None:
    """Have the modules of `package` imported as Python has compiled them.

    pytest marks the package of a plugin, so that asserts in it explain themselves; since 9.2 also
    where the package is installed as it lies. Where no bytecode is kept, as with sudo in another
    user's folder, each start would then parse and compile all of it: 0.2 s.
    """
    for finder in sys.meta_path:
        marked = getattr(finder, "_must_rewrite", None)
        if isinstance(marked, set):
            marked.discard(package)
