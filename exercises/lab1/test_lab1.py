"""Lab 1: trace every mkdir, and find what can be probed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks import (
    Environment,
    Printed,
    Program,
    Script,
    Trace,
    Workload,
    expect,
    line_count,
    listed,
    random_count,
    say,
    task,
)

if TYPE_CHECKING:  # pytest itself imports conftest.py, under a name of its own.
    from exercises.lab1.conftest import ProbePoints


def reports(environment: Environment) -> Printed:
    """Some mkdirs, and the lines of the trace meanwhile; each leaves one at least."""
    environment.program()
    left = environment.trace.during(environment.workload.mkdir, random_count())
    expect_one_line_each(left, left.matching.missing == 0)
    return left


def expect_one_line_each(left: Printed, right: bool) -> None:
    expect(
        right,
        say("Each mkdir must leave one line."),
        say("Call bpf_trace_printk once in each call of the function, and attach to mkdir once."),
        expected=say("1 line for each of {n} mkdirs", n=len(left.windows)),
        actual=left.matching.describe(),
        timeline=left,
    )


def strays(environment: Environment) -> Printed:
    """What is no mkdir, and the lines that the program leaves all the same."""
    environment.program()
    return lines_without_a_mkdir(environment.workload, environment.trace)


def lines_without_a_mkdir(workload: Workload, trace: Trace) -> Printed:
    """Do other things. The line of the directory that is removed is not among it."""
    workload.mkdir(1)
    return trace.during(workload.decoys, random_count())


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other calls: its script does no more."""
    return environment.program().attaches_itself and bool(environment.once(strays).records)


@pytest.fixture
def reported(environment: Environment) -> Printed:
    """What the program leaves: without that there is nothing for a script to print."""
    return environment.once(reports)


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 1.3 has told of lines at other calls already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload) -> None:
    script.reacts(workload.mkdir, 1)


@task("1.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """directory_create.c compiles, and the kernel loads its function."""
    assert program.attached


@task("1.2")
def test_each_mkdir_leaves_one_line(reported: Printed) -> None:
    """n mkdirs leave n trace lines, one in the time of each."""
    expect_one_line_each(reported, set(reported.matching.counts) == {1})


@task("1.3")
def test_nothing_else_leaves_a_line(reported: Printed, environment: Environment) -> None:
    """rmdir, open, rename, stat and unlink leave none; mkdirs do."""
    others = environment.once(strays)
    expect(
        not others.records,
        say("Something else than mkdir left lines: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("no line after {n} calls", n=len(others.windows)),
        actual=line_count(len(others.records)),
        timeline=others,
    )


@task("1.4")
def test_the_script_prints_each_mkdir(
    reported: Printed, spared: bool, script: Script, workload: Workload, trace: Trace
) -> None:
    """directory_create.py prints one line for each line that its program leaves, as it comes.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.once(react, workload)
    relayed = script.relayed(trace, workload.mkdir, random_count())
    n, made = len(relayed.left.records), len(relayed.left.windows)
    relayed.require_one_line_each(say("{n} lines for {made} mkdirs", n=n, made=made))
    require_nothing_else(lines_without_a_mkdir(workload, trace), spared)


def require_nothing_else(others: Printed, spared: bool) -> None:
    expect(
        spared or not others.records,
        say(
            "The script's program also left lines for something other than mkdir: "
            "rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("no line after {n} calls", n=len(others.windows)),
        actual=line_count(len(others.records)),
        timeline=others,
    )


@task("1.5")
def test_the_script_ends_on_ctrl_c(reported: Printed, script: Script, workload: Workload) -> None:
    """directory_create.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()


@task("1.6")
def test_attachable(probe_points: ProbePoints) -> None:
    """attachable(pattern) gives the names of available_filter_functions that match."""
    after = probe_points.attachable_names()
    for pattern in probe_points.patterns(after):
        found = probe_points.names("attachable", pattern.pattern)
        before, after = after, probe_points.attachable_names()
        probe_points.same_names(
            found,
            set(filter(pattern.match, before)),
            set(filter(pattern.match, after)),
            f"attachable({pattern.pattern!r})",
        )


@task("1.7")
def test_active_kprobes(probe_points: ProbePoints) -> None:
    """active_kprobes() names what BCC probes, and what kprobe_events lists, while it is probed."""
    with probe_points.probed() as names:
        found, unlisted = probe_points.active()
        expect_named(found, names)
        expect_probed(unlisted)
    _, unlisted = probe_points.active()
    expect_gone([name for name in names if name in unlisted], names)


def expect_named(found: list[str], names: list[str]) -> None:
    missing = [name for name in names if name not in found]
    expect(
        not missing,
        say("active_kprobes() does not name every function that is probed."),
        say("BCC's kprobes show in kprobes/list; those made by hand in kprobe_events."),
        expected=say("{names} among them", names=listed(names)),
        actual=say("without {names}", names=listed(missing)),
    )


def expect_probed(unlisted: set[str]) -> None:
    expect(
        not unlisted,
        say("active_kprobes() returns what is not the name of a probed function."),
        say("Take the function alone: neither the event's name nor the address."),
        expected=say("names of functions that have a kprobe"),
        actual=say("{names} among them", names=listed(sorted(unlisted)[:3])),
    )


def expect_gone(left: list[str], names: list[str]) -> None:
    expect(
        not left,
        say("active_kprobes() names functions that are no longer probed."),
        say("Read the lists each time."),
        expected=say("not {names}", names=listed(names)),
        actual=say("with {names}", names=listed(left)),
    )


@task("1.8")
def test_is_blacklisted(probe_points: ProbePoints) -> None:
    """is_blacklisted(name) is true for whole names of kprobes/blacklist, and for no other."""
    blacklist = probe_points.blacklisted_names()
    for name in (*probe_points.some(blacklist), *probe_points.nearly(blacklist), "do_mkdirat"):
        answer = probe_points.call("is_blacklisted", name)
        expect(
            answer is (name in blacklist),
            say("is_blacklisted({name!r}) is wrong.", name=name),
            say("Compare whole names with the last column of kprobes/blacklist."),
            expected=name in blacklist,
            actual=answer,
        )
