"""Lab 5: what each mkdir returned, with the path that it was given."""

import errno
import os
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from grader.checks import (
    Call,
    Environment,
    Fields,
    Growth,
    Kept,
    Made,
    Program,
    Script,
    Submitted,
    Workload,
    events_of_decoys,
    expect,
    listed,
    random_count,
    say,
    task,
)

RESULTS = ("", "EEXIST", "ENOENT", "EACCES", "ENAMETOOLONG")
"""How the grader's calls end; "" is success."""
KEPT = 63
"""Bytes of a path that an event has to hold: with a NUL they are 64."""
TRIES = 10
"""So often what a busy machine or a counter that is not atomic may spoil is tried at most."""


def mixed(low: int = 2, high: int = 6) -> list[Call]:
    """Some calls with each result, in an order that no submission can know."""
    calls = [Call(fails=result) for result in RESULTS for _ in range(random_count(low, high))]
    random.SystemRandom().shuffle(calls)
    return calls


def unsigned(code: int) -> tuple[int, ...]:
    """What a negative code looks like to who takes it for a number without a sign."""
    return (code % 2**32, code % 2**64) if code < 0 else ()


def counts(environment: Environment) -> Growth:
    """Some mkdirs with each result, and what codes counted of them."""
    program, workload = environment.program(), environment.workload
    for _ in range(TRIES):
        grown = program.growth("codes", "hash", workload.make, *mixed())
        if is_exact(grown) or not grown.others:
            break
    return grown


def is_exact(grown: Growth) -> bool:
    """Whether each result of ours is counted as often as it came, and nothing beyond all calls."""
    counted = grown.by_key
    right = (
        n <= counted.get(code, 0) <= n + grown.others for code, n in returned(grown.calls).items()
    )
    return all(right) and grown.total <= grown.made


def returned(calls: Sequence[Made]) -> dict[int, int]:
    """How often each code was returned."""
    return dict(sorted(Counter(made.ret for made in calls).items(), reverse=True))


def expect_counted(grown: Growth) -> None:
    told = listed(returned(grown.calls))
    signless = [each for made in grown.calls for each in unsigned(made.ret)]
    expect(
        not any(key in signless for key in grown.by_key),
        say("The keys of codes have no sign: a negative code becomes a very large number."),
        say("Declare the key as a signed type: BPF_HASH(codes, int);"),
        expected=told,
        actual=listed(grown.by_key),
    )
    expect(
        is_exact(grown),
        say("codes does not count how often mkdir returned each code."),
        say("When a mkdir ends, whatever it returned, add one at the key args->ret."),
        expected=told,
        actual=listed(grown.by_key),
    )


def expect_none_counted(environment: Environment) -> None:
    program, workload = environment.program(), environment.workload
    n = random_count()
    workload.mkdir(n)  # For rmdir.
    grown = program.growth("codes", "hash", workload.decoys, n)
    expect(
        grown.total <= grown.made,
        say("Something else than mkdir is counted: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("no code counted after {n} calls", n=len(grown.windows)),
        actual=listed(grown.by_key),
    )


def submits(environment: Environment) -> Submitted:
    """Some mkdirs, and the events meanwhile: each mkdir has one with its path and its code."""
    program, workload = environment.program(), environment.workload
    program.listen("events")
    got = program.submitted(workload.make, *mixed())
    got.require_each()
    for made in got.calls:
        expect_event(got, made)
    return got


def expect_event(got: Submitted, made: Made) -> None:
    """Expect an event with the path of the call, and in it what the call returned."""
    named = [event for event in got.events if has_path(event, made)]
    expect(
        bool(named),
        say("No event has the path of this mkdir."),
        say("Keep the path when the mkdir begins, 64 bytes of it, and submit that when it ends."),
        expected=shown(made),
        actual=got.events[:3],
    )
    expect(
        not any(event.ret in unsigned(made.ret) for event in named),
        say("ret has no sign: a negative code becomes a very large number."),
        say("Declare it as a signed type: int ret;"),
        expected=shown(made),
        actual=named,
    )
    expect(
        any(event.ret == made.ret for event in named),
        say("The event of a mkdir does not have the code that this mkdir returned."),
        say("ret is args->ret, which is there when the mkdir ends."),
        expected=shown(made),
        actual=named,
    )


def has_path(event: Fields, made: Made) -> bool:
    """Whether the event has the path of the call: what does not fit may be cut off."""
    path = event.path
    whole = path == made.path
    return whole or (isinstance(path, bytes) and len(path) >= KEPT and made.path.startswith(path))


def shown(made: Made) -> str:
    return say("ret {code}, path {path}", code=made.ret, path=os.fsdecode(made.path))


def expect_one_each(got: Submitted) -> None:
    """Expect that each call has one event and no second one."""
    got.require_once()
    for made in got.calls:
        expect_event(got, made)
        named = [event for event in got.events if has_path(event, made)]
        expect(
            len(named) == 1,
            say("A mkdir submits more than one event."),
            say("Submit once, when the mkdir ends."),
            expected=shown(made),
            actual=named,
        )


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    got = environment.once(events_of_decoys)
    return environment.program().attaches_itself and len(got.samples) > got.made


def lasts(environment: Environment) -> None:
    """Mkdirs whose path comes into memory only once they have begun: each has its event."""
    environment.once(submits)
    got = environment.program().submitted(environment.workload.make, *[Call(lasts=0.02)] * 3)
    expect(
        len(late_events(got, *got.calls)) >= len(got.calls),
        say("A mkdir whose path cannot be read yet when it begins leaves no event."),
        say("Keep an entry for the thread all the same; its path may be empty."),
        expected=[say("{made}, or an empty path", made=shown(made)) for made in got.calls],
        actual=got.events[:3] or say("no event"),
    )


def late_events(got: Submitted, *calls: Made) -> list[Fields]:
    """The events of calls whose path came late: one at most with the path of each, or with none."""
    found = [got.having(path=made.path, ret=made.ret)[:1] for made in calls]
    return [*got.having(path=b"", ret=0), *(event for events in found for event in events)]


def threads_apart(environment: Environment) -> None:
    """Threads of one process inside mkdir at once: each has its own path with its own code."""
    environment.once(lasts)
    # Those whose path cannot be read are inside when the others come.
    calls = [Call(lasts=0.1)] * 3 + [replace(call, after=0.03) for call in mixed(1, 1)]
    make = partial(environment.workload.make, together=True)
    got = environment.program().submitted(make, *calls)
    late = [made for made in got.calls if made.asked.lasts]
    mistaken = [made for made in got.calls if made not in late and not is_its_own(got, made)]
    expect(
        not mistaken and len(late_events(got, *late)) >= len(late),
        say("Threads of one process that are inside mkdir at once are mixed up."),
        say("Let the key of en_cours say which thread it is: bpf_get_current_pid_tgid()."),
        expected=[f"[{shown(made)}]" for made in mistaken or late],
        actual=[f"[{event}]" for event in got.events] or say("no event"),
    )


def is_its_own(got: Submitted, made: Made) -> bool:
    """Whether the events with the path of the call have its code, and there is one."""
    return {event.ret for event in got.events if has_path(event, made)} == {made.ret}


@pytest.fixture
def submitted(environment: Environment) -> Submitted:
    """What the program submits: without that there is nothing to look at, or to print."""
    return environment.once(submits)


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 5.3 has told of events at other calls already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload) -> None:
    script.reacts(workload.make, *mixed(1, 1))


@task("5.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """result.c loads, with the hash tables codes and en_cours and the perf buffer events."""
    program.table("codes", "hash")
    program.table("en_cours", "hash")
    program.table("events", "perf_event_array")


@task("5.2")
def test_each_code_is_counted(environment: Environment) -> None:
    """codes has how often mkdir returned 0, -EEXIST, -ENOENT, ..., and counts nothing else."""
    for _ in range(2):
        expect_counted(counts(environment))
    expect_none_counted(environment)


@task("5.3")
def test_each_mkdir_submits_its_path_and_its_code(
    submitted: Submitted, environment: Environment, builds: list[Program], workload: Workload
) -> None:
    """n mkdirs submit n events with path and code, of which all bytes are set; nothing else any."""
    expect_one_each(submitted)
    for build in builds:
        build.listen("events")
        got = build.submitted(workload.make, *mixed())
        expect(
            not got.unset,
            say("A part of the event is never set: it shows what was on the kernel's stack."),
            say("Initialise the whole structure, its padding too: = {}"),
            expected=say("every byte set"),
            actual=got.unset,
        )
        expect_one_each(got)
    environment.once(events_of_decoys).require_none()


@task("5.4")
def test_threads_are_not_mixed_up(environment: Environment) -> None:
    """What several threads of one process do at once is told apart."""
    environment.once(threads_apart)


@task("5.5")
def test_nothing_is_left_in_the_table(
    environment: Environment, program: Program, workload: Workload
) -> None:
    """en_cours has an entry for a thread that is inside mkdir, and none once it is outside."""
    environment.once(threads_apart)
    calls = [Call(thread=True, fails=result) for result in RESULTS]
    calls.append(Call(thread=True, lasts=0.3))
    for _ in range(TRIES):  # On a busy machine the look may come too late.
        kept = program.kept("en_cours", "hash", workload.make, *calls)
        if kept.during:
            break
    expect(
        kept.during > 0,
        say("en_cours has no entry for a thread that is inside mkdir."),
        say("Keep in en_cours what the exit needs, at the key bpf_get_current_pid_tgid()."),
        expected=say("an entry as long as the mkdir lasts"),
        actual=say("no entry"),
    )
    expect_gone(kept)


def expect_gone(kept: Kept) -> None:
    expect(
        kept.left == 0,
        say("en_cours keeps entries of threads whose mkdir has ended: one day it is full."),
        say("Take the entry out when the mkdir ends, whatever it returned: en_cours.delete(&key);"),
        expected=say("no entry of these threads after {n} calls", n=len(kept.calls)),
        actual=say("{n} entries", n=kept.left),
    )


@task("5.6")
def test_the_script_prints_each_result(
    submitted: Submitted, spared: bool, script: Script, workload: Workload
) -> None:
    """result.py prints path and result of each event, as it comes.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.map("events", "perf_event_array")
    script.once(react, workload)
    told = script.told(shows, *mixed(1, 2))
    told.require_each(
        say("Print the path of each event, and beside it ret or the name of the error."),
        expected=shown,
    )
    if not spared:
        told.require_nothing_else()
        if len(submitted.samples) <= submitted.made:  # Else it submits more itself.
            told.require_once()


def shows(line: str, made: Made) -> bool:
    """Whether the line has the path, and beside it the code or its name: -17 or EEXIST; 0.

    Who prints each result that there could be does not say which one it was.
    """
    before, path, after = line.partition(os.fsdecode(made.path[:KEPT]))
    words = {*re.findall(r"-?\w+", f"{before} {after}")}
    codes = [0, *(-getattr(errno, name) for name in RESULTS if name)]
    told = {code for code in codes if {str(code), errno.errorcode.get(-code, "0")} & words}
    return bool(path) and made.ret in told and len(told) < len(codes)


@task("5.7")
def test_the_script_ends_on_ctrl_c(
    submitted: Submitted, script: Script, workload: Workload
) -> None:
    """result.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
