"""Lab 1: trace every mkdir, and find what can be probed."""

import pytest

from grader.checks import by_time, expect, match, printed, random_count, say, task


def reports(environment):
    """Some mkdirs, and the lines of the trace meanwhile; each leaves one at least."""
    program, workload, trace = environment.program(), environment.workload, environment.trace
    trace.collect()
    made = workload.mkdir(random_count())
    records = printed(trace.collect())
    matching = match(made, [record.time for record in records])
    expect(
        matching.missing == 0,
        say("Each mkdir must leave one line."),
        say("Call bpf_trace_printk once in each call of the function, and attach to mkdir once."),
        expected=say("1 line for each of {n} mkdirs", n=len(made)),
        actual=matching.describe(),
        timeline=lambda: by_time(made, records, attached=program.attached_to()),
    )
    return made, records


def strays(environment):
    """What is no mkdir, and the lines that the program leaves all the same."""
    environment.program()
    others = make_no_directory(environment.workload, environment.trace)
    return others, printed(environment.trace.collect())


def make_no_directory(workload, trace):
    """Do other things. The directory that is removed is made before, and its line collected."""
    workload.mkdir(1)
    trace.collect()
    return workload.decoys(random_count())


def spoilt(environment):
    """Whether the program attaches itself to other calls: its script does no more."""
    return environment.program().attaches_itself and bool(environment.once(strays)[1])


@pytest.fixture
def reported(environment):
    """What the program leaves: without that there is nothing for a script to print."""
    return environment.once(reports)


@pytest.fixture
def spared(environment):
    """Whether 1.3 has told of lines at other calls already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script, workload):
    script.reacts(lambda: workload.mkdir(1))


@task("1.1")
def test_the_kernel_loads_it(program):
    """directory_create.c compiles, and the kernel loads its function."""
    assert program.attached


@task("1.2")
def test_each_mkdir_leaves_one_line(reported, program):
    """n mkdirs leave n trace lines, one in the time of each."""
    made, records = reported
    matching = match(made, [record.time for record in records])
    expect(
        set(matching.counts) == {1},
        say("Each mkdir must leave one line."),
        say("Call bpf_trace_printk once in each call of the function, and attach to mkdir once."),
        expected=say("1 line for each of {n} mkdirs", n=len(made)),
        actual=matching.describe(),
        timeline=lambda: by_time(made, records, attached=program.attached_to()),
    )


@task("1.3")
def test_nothing_else_leaves_a_line(reported, environment):
    """rmdir, open, rename, stat and unlink leave none; mkdirs do."""
    others, records = environment.once(strays)
    expect(
        not records,
        say("Something else than mkdir left lines: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("no line after {n} calls", n=len(others)),
        actual=say("lines: {n}", n=len(records)),
        timeline=lambda: by_time(others, records),
    )


@task("1.4")
def test_the_script_prints_each_mkdir(reported, spared, script, workload, trace):
    """directory_create.py prints one line for each line that its program leaves, as it comes.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    script.once(react, workload)
    trace.collect()
    made = workload.mkdir(random_count())
    n = len(printed(trace.collect()))
    script.read_lines(n)
    lines = script.rest()
    n += len(printed(trace.collect()))
    expect(
        0 < n == len(lines),
        say("The script must print one line for each line of the trace."),
        say("Print each one once, as it comes."),
        expected=say("{n} lines for {made} mkdirs", n=n, made=len(made)),
        actual=say("lines: {n}", n=len(lines)),
        log=script.output(),
    )
    others = make_no_directory(workload, trace)
    after = printed(trace.collect())
    expect(
        spared or not after,
        say(
            "The script's program also left lines for something other than mkdir: "
            "rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("no line after {n} calls", n=len(others)),
        actual=say("lines: {n}", n=len(after)),
        timeline=lambda: by_time(others, after),
    )


@task("1.5")
def test_the_script_ends_on_ctrl_c(reported, script, workload):
    """directory_create.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload)
    script.interrupt()


@task("1.6")
def test_attachable(probe_points):
    """attachable(pattern) gives the names of available_filter_functions that match."""
    listed = probe_points.attachable_names()
    for pattern in probe_points.patterns(listed):
        found = probe_points.names("attachable", pattern.pattern)
        before, listed = listed, probe_points.attachable_names()
        probe_points.same_names(
            found,
            set(filter(pattern.match, before)),
            set(filter(pattern.match, listed)),
            f"attachable({pattern.pattern!r})",
        )


@task("1.7")
def test_active_kprobes(probe_points):
    """active_kprobes() names what BCC probes, and what kprobe_events lists."""
    with probe_points.probed() as names:
        listed = probe_points.active_names()
        found = probe_points.names("active_kprobes")
        listed |= probe_points.active_names()  # Others' probes come and go.
        missing = [name for name in names if name not in found]
        expect(
            not missing,
            say("active_kprobes() does not name every function that is probed."),
            say("BCC's kprobes show in kprobes/list; those made by hand in kprobe_events."),
            expected=say("{names} among them", names=", ".join(names)),
            actual=say("without {names}", names=", ".join(missing)),
        )
        others = [name for name in found if name not in listed]
        expect(
            not others,
            say("active_kprobes() returns what is not the name of a probed function."),
            say("Take the function alone: neither the event's name nor the address."),
            expected=say("names of functions that have a kprobe"),
            actual=say("{names} among them", names=", ".join(others[:3])),
        )
    found = probe_points.names("active_kprobes")
    left = [name for name in names if name in found]
    expect(
        not left,
        say("active_kprobes() names functions that are no longer probed."),
        say("Read the lists each time."),
        expected=say("not {names}", names=", ".join(names)),
        actual=say("with {names}", names=", ".join(left)),
    )


@task("1.8")
def test_is_blacklisted(probe_points):
    """is_blacklisted(name) is true for whole names of kprobes/blacklist, and for no other."""
    listed = probe_points.blacklisted_names()
    probes = probe_points.some(listed)
    nearly = (lambda name: f"{name}_", lambda name: name[:-1], lambda name: name[1:])
    others = [
        other
        for change in nearly
        for other in probe_points.some({change(name) for name in listed} - listed, count=1)
    ] + ["do_mkdirat"]
    for name in (*probes, *others):
        answer = probe_points.call("is_blacklisted", name)
        expect(
            answer is (name in listed),
            say("is_blacklisted({name!r}) is wrong.", name=name),
            say("Compare whole names with the last column of kprobes/blacklist."),
            expected=name in listed,
            actual=answer,
        )
