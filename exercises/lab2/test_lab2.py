"""Lab 2: a kernel time stamp for each mkdir, through a perf buffer."""

import pytest

from grader.checks import (
    Environment,
    Program,
    Script,
    ScriptOutput,
    Submitted,
    Workload,
    events_of_calls,
    events_of_decoys,
    expect,
    line_count,
    listed,
    random_count,
    say,
    task,
)


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    got = environment.once(events_of_decoys)
    return environment.program().attaches_itself and len(got.samples) > got.made


def stamps(environment: Environment) -> Submitted:
    """The events of mkdirs, each with the kernel's time of its mkdir at its start."""
    got = environment.once(events_of_calls)
    expect_times(got, spared=environment.once(spoilt))
    return got


def expect_times(got: Submitted, *, spared: bool) -> None:
    """Expect the times of the mkdirs, and none that is no mkdir's: where `spared` there may be."""
    expect_at_start(got)
    others = got.made - len(got.windows)
    expect(
        got.matching.missing == 0 and (spared or len(got.matching.stray) <= others),
        say("timestamp_mkdir is not the kernel's time of that mkdir, in nanoseconds."),
        say("bpf_ktime_get_ns() gives it. Its clock is CLOCK_MONOTONIC."),
        expected=span(got),
        actual=listed(sorted(got.times)[:3]),
        timeline=got,
    )


def expect_at_start(got: Submitted) -> None:
    expect(
        got.size >= 8,
        say("The event is too short to hold a u64."),
        say("Submit the whole structure: sizeof of the structure, not of a part or a pointer."),
        expected=say("8 bytes or more"),
        actual=say("{n} bytes", n=got.size),
    )
    expect(
        got.matching.missing == 0 or not got.misplaced,
        say("The event has the kernel's time in it, but not at its start."),
        say("Declare timestamp_mkdir first in the structure."),
        expected=span(got),
        actual=listed(sorted(got.times)[:3]),
    )


def span(got: Submitted) -> str:
    first, last = got.windows[0], got.windows[-1]
    return say("a time from {start} to {end}", start=first.start, end=last.end)


@pytest.fixture
def submitted(environment: Environment) -> Submitted:
    """What the program submits: without that there is nothing to look at, or to print."""
    return environment.once(events_of_calls)


@pytest.fixture
def stamped(environment: Environment) -> Submitted:
    """The same with right times: others cannot be told from wrong ones where they are printed."""
    return environment.once(stamps)


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 2.2 has told of events at other calls already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload) -> None:
    script.reacts(workload.mkdir, 1)


@task("2.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """timestamp.c loads, with a perf buffer named events."""
    program.table("events", "perf_event_array")


@task("2.2")
def test_each_mkdir_submits_one_event(
    submitted: Submitted, environment: Environment, program: Program, workload: Workload
) -> None:
    """n mkdirs submit n events, and nothing else submits any."""
    submitted.require_once()
    for _ in range(2):  # A number that is guessed is not right three times.
        got = program.submitted(workload.mkdir, random_count())
        got.require_each()
        got.require_once()
    environment.once(events_of_decoys).require_none()


@task("2.3")
def test_the_event_carries_the_kernels_time(
    stamped: Submitted, spared: bool, builds: list[Program], workload: Workload
) -> None:
    """The event's first 8 bytes are the CLOCK_MONOTONIC ns of its mkdir, and all bytes are set."""
    for build in builds:
        build.listen("events")
        got = build.submitted(workload.mkdir, random_count())
        expect(
            not got.unset,
            say("A part of the event is never set: it shows what was on the kernel's stack."),
            say("Initialise the whole structure, its padding too: = {}"),
            expected=say("every byte set"),
            actual=got.unset,
        )
        expect_times(got, spared=spared)


@task("2.4")
def test_the_script_prints_each_time_stamp(
    stamped: Submitted, spared: bool, script: Script, workload: Workload
) -> None:
    """timestamp.py prints each event's time stamp, in decimal, on a line of its own.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.map("events", "perf_event_array")
    script.once(react, workload)
    shown = script.shown(workload.mkdir, random_count())
    expect_each_shown(script, shown)
    several = spared or len(stamped.samples) > stamped.made  # It submits more itself.
    expect_once(script, shown, shown.once or several)
    expect_nothing_else(script, spared)


def expect_each_shown(script: Script, shown: ScriptOutput) -> None:
    n = len(shown.windows)
    expect(
        shown.events == n,
        say("The script did not print the time stamp of every event."),
        say("Print timestamp_mkdir in decimal, all of its digits, as each event comes."),
        expected=say("{n} time stamps after {n} mkdirs", n=n),
        actual=say(
            "{events} of them, in {lines}", events=shown.events, lines=line_count(len(shown.lines))
        ),
        log=script.output(),
        timeline=shown,
    )


def expect_once(script: Script, shown: ScriptOutput, right: bool) -> None:
    expect(
        right,
        say("The script must print one line for each event."),
        say("Print once in the callback."),
        expected=say("{n} lines after {n} mkdirs", n=len(shown.windows)),
        actual=line_count(len(shown.lines)),
        log=script.output(),
        timeline=shown,
    )


def expect_nothing_else(script: Script, spared: bool) -> None:
    others = script.strays()
    expect(
        spared or not others,
        say("The script's program also submits events for calls other than mkdir."),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("time stamps of mkdirs alone"),
        actual=say("also some of {calls}", calls=listed(others)),
        log=script.output(),
    )


@task("2.5")
def test_the_script_ends_on_ctrl_c(
    submitted: Submitted, script: Script, workload: Workload
) -> None:
    """timestamp.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
