"""Lab 0: a message for each process that is created."""

import pytest

from grader.checks import (
    Environment,
    Printed,
    Program,
    Script,
    Trace,
    Window,
    Workload,
    expect,
    line_count,
    random_count,
    say,
    task,
)

MESSAGE = "Hello, World!"


def reports(environment: Environment) -> Printed:
    """Some forks, and the lines of the trace meanwhile; each leaves one at least."""
    environment.program()
    workload = environment.workload
    left = environment.trace.during(workload.fork, random_count(), of="fork")
    workload.release()
    expect(
        left.matching.missing == 0,
        say("A new process left no line with the message."),
        say("Attach to clone, which fork() calls, and print the message with bpf_trace_printk."),
        expected=MESSAGE,
        actual=say("no line"),
        timeline=left,
    )
    return left


def strays(environment: Environment) -> Printed:
    """What makes no process, and the lines that the program leaves all the same."""
    environment.program()
    return lines_without_a_process(environment.workload, environment.trace)


def lines_without_a_process(workload: Workload, trace: Trace) -> Printed:
    """Let a process exec and exit, and do other things. What its fork left is not among it."""
    workload.fork(1)
    return trace.during(make_no_process, workload, of="fork")


def make_no_process(workload: Workload) -> list[Window]:
    workload.release()
    return [*workload.mkdir(1), *workload.decoys(random_count())]


def spoilt(environment: Environment) -> bool:
    """Whether the program attaches itself to other things: its script does no more."""
    return environment.program().attaches_itself and bool(environment.once(strays).records)


@pytest.fixture
def reported(environment: Environment) -> Printed:
    """What the program leaves: without that there is nothing for a script to print."""
    return environment.once(reports)


@pytest.fixture
def spared(environment: Environment) -> bool:
    """Whether 0.3 has told of lines at other things already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script: Script, workload: Workload) -> None:
    # Not released: what a child does would be on its way to the script for a while.
    script.reacts(workload.fork, 1)


@task("0.1")
def test_the_kernel_loads_it(program: Program) -> None:
    """hello_world.c compiles, and the kernel loads its function."""
    assert program.attached


@task("0.2")
def test_a_new_process_leaves_the_message(reported: Printed) -> None:
    """A fork leaves a trace line that contains Hello, World!"""
    for fork in reported.windows:
        texts = reported.texts(fork)
        expect(
            any(MESSAGE in text for text in texts),
            say("A new process left a line with another text than the message."),
            say("Print the message, letter by letter as the handout has it."),
            expected=MESSAGE,
            actual=texts,
        )


@task("0.3")
def test_one_message_for_each_process(reported: Printed, environment: Environment) -> None:
    """n forks leave n lines; what is no fork leaves none."""
    expect_no_line(environment.once(strays))
    matching = reported.matching
    expect(
        set(matching.counts) == {1} and not matching.stray,
        say("Each new process must leave one line."),
        say("Print once, at one event. On the way out of clone there are two: parent and child."),
        expected=say("1 line for each of {n} processes", n=len(reported.windows)),
        actual=matching.describe(),
        timeline=reported,
    )


def expect_no_line(others: Printed) -> None:
    expect(
        not others.records,
        say(
            "Something that makes no process left lines: exec, exit, "
            "mkdir, rmdir, open, rename, stat or unlink."
        ),
        say("Attach to clone, or to sched_process_fork."),
        expected=say("no line"),
        actual=line_count(len(others.records)),
        timeline=others,
    )


@task("0.4")
def test_the_script_prints_each_process(
    reported: Printed, spared: bool, script: Script, workload: Workload, trace: Trace
) -> None:
    """hello_world.py prints one line for each line that its program leaves, as it comes.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.once(react, workload)
    relayed = script.relayed(trace, workload.fork, random_count())
    workload.release()
    n, made = len(relayed.left.records), len(relayed.left.windows)
    relayed.require_one_line_each(say("{n} lines for {made} new processes", n=n, made=made))
    relayed.require_messages(MESSAGE)
    require_nothing_else(lines_without_a_process(workload, trace), spared)


def require_nothing_else(others: Printed, spared: bool) -> None:
    expect(
        spared or not others.records,
        say(
            "The script's program also left lines when no process was created: for exec, exit, "
            "mkdir, rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to clone, or to sched_process_fork, and to nothing else."),
        expected=say("no line"),
        actual=line_count(len(others.records)),
        timeline=others,
    )


@task("0.5")
def test_the_script_ends_on_ctrl_c(reported: Printed, script: Script, workload: Workload) -> None:
    """hello_world.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
