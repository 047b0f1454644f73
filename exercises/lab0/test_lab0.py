"""Lab 0: a message for each process that is created."""

import pytest

from grader.checks import by_time, expect, match, printed, random_count, say, task

MESSAGE = "Hello, World!"


def reports(environment):
    """Some forks, and the lines of the trace meanwhile; each leaves one at least."""
    program, workload, trace = environment.program(), environment.workload, environment.trace
    trace.collect()
    made = workload.fork(random_count())
    records = printed(trace.collect())
    workload.release()
    expect(
        match(made, [record.time for record in records]).missing == 0,
        say("A new process left no line with the message."),
        say("Attach to clone, which fork() calls, and print the message with bpf_trace_printk."),
        expected=MESSAGE,
        actual=say("no line"),
        timeline=lambda: by_time(made, records, of="fork", attached=program.attached_to()),
    )
    return made, records


def strays(environment):
    """What makes no process, and the lines that the program leaves all the same."""
    environment.program()
    others = make_no_process(environment.workload, environment.trace)
    return others, printed(environment.trace.collect())


def make_no_process(workload, trace):
    """Let a process exec and exit, and do other things. What the fork left is collected before."""
    workload.fork(1)
    trace.collect()
    workload.release()
    return [*workload.mkdir(1), *workload.decoys(random_count())]


def spoilt(environment):
    """Whether the program attaches itself to other things: its script does no more."""
    return environment.program().attaches_itself and bool(environment.once(strays)[1])


@pytest.fixture
def reported(environment):
    """What the program leaves: without that there is nothing for a script to print."""
    return environment.once(reports)


@pytest.fixture
def spared(environment):
    """Whether 0.3 has told of lines at other things already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script, workload):
    # Not released: what a child does would be on its way to the script for a while.
    script.reacts(lambda: workload.fork(1))


@task("0.1")
def test_the_kernel_loads_it(program):
    """hello_world.c compiles, and the kernel loads its function."""
    assert program.attached


@task("0.2")
def test_a_new_process_leaves_the_message(reported):
    """A fork leaves a trace line that contains Hello, World!"""
    made, records = reported
    for fork in made:
        texts = [record.text for record in records if fork.holds(record.time)]
        expect(
            any(MESSAGE in text for text in texts),
            say("A new process left a line with another text than the message."),
            say("Print the message, letter by letter as the handout has it."),
            expected=MESSAGE,
            actual=texts,
        )


@task("0.3")
def test_one_message_for_each_process(reported, environment, program):
    """n forks leave n lines; what is no fork leaves none."""
    made, records = reported
    matching = match(made, [record.time for record in records])
    others, after = environment.once(strays)
    expect(
        not after,
        say(
            "Something that makes no process left lines: exec, exit, "
            "mkdir, rmdir, open, rename, stat or unlink."
        ),
        say("Attach to clone, or to sched_process_fork."),
        expected=say("no line"),
        actual=say("lines: {n}", n=len(after)),
        timeline=lambda: by_time(others, after, of="fork"),
    )
    expect(
        set(matching.counts) == {1} and not matching.stray,
        say("Each new process must leave one line."),
        say("Print once, at one event. On the way out of clone there are two: parent and child."),
        expected=say("1 line for each of {n} processes", n=len(made)),
        actual=matching.describe(),
        timeline=lambda: by_time(made, records, of="fork", attached=program.attached_to()),
    )


@task("0.4")
def test_the_script_prints_each_process(reported, spared, script, workload, trace):
    """hello_world.py prints one line for each line that its program leaves, as it comes.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.once(react, workload)
    trace.collect()
    made = workload.fork(random_count())
    records = printed(trace.collect())
    script.read_lines(len(records))
    lines = script.rest()
    records += printed(trace.collect())
    workload.release()
    expect(
        0 < len(records) == len(lines),
        say("The script must print one line for each line of the trace."),
        say("Print each one once, as it comes."),
        expected=say("{n} lines for {made} new processes", n=len(records), made=len(made)),
        actual=say("lines: {n}", n=len(lines)),
        log=script.output(),
    )
    texts = [record.text.strip() for record in records]
    missing = [
        (text, line)
        for text, line in zip(texts, lines, strict=True)
        if text not in line and MESSAGE not in line
    ]
    expect(
        not missing,
        say("A line does not show the message."),
        say("Print what the program wrote into the trace."),
        expected=missing[0][0] if missing else "",
        actual=missing[0][1] if missing else "",
        log=script.output(),
    )
    others = make_no_process(workload, trace)
    after = printed(trace.collect())
    expect(
        spared or not after,
        say(
            "The script's program also left lines when no process was created: for exec, exit, "
            "mkdir, rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to clone, or to sched_process_fork, and to nothing else."),
        expected=say("no line"),
        actual=say("lines: {n}", n=len(after)),
        timeline=lambda: by_time(others, after, of="fork"),
    )


@task("0.5")
def test_the_script_ends_on_ctrl_c(reported, script, workload):
    """hello_world.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()
