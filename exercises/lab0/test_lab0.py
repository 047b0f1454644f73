"""Lab 0: a message for each process that is created."""

from grader.checks import by_time, expect, match, printed, random_count, say, task

MESSAGE = "Hello, World!"


@task("0.1")
def test_the_kernel_loads_it(program):
    """hello_world.c compiles, and the kernel loads its function."""
    assert program.attached


@task("0.2")
def test_a_new_process_leaves_the_message(program, workload, trace):
    """A fork leaves a trace line that contains Hello, World!"""
    made = workload.fork(1)
    records = printed(trace.collect())
    workload.release()
    texts = [record.text for record in records if made[0].holds(record.time)]
    expect(
        not texts or any(MESSAGE in text for text in texts),
        "A new process left a line with another text than the message.",
        "Print the message, letter by letter as the handout has it.",
        expected=MESSAGE,
        actual=texts,
    )
    expect(
        bool(texts),
        "A new process left no line with the message.",
        "Attach to clone, which fork() calls, and print the message with bpf_trace_printk.",
        expected=MESSAGE,
        actual=say("no line"),
        timeline=lambda: by_time(made, records, of="fork", attached=program.attached_to()),
    )


@task("0.3")
def test_one_message_for_each_process(program, workload, trace):
    """n forks leave n lines; what is no fork leaves none."""
    n = random_count()
    made = workload.fork(n)
    records = printed(trace.collect())
    matching = match(made, [record.time for record in records])
    workload.release()
    others = [*workload.mkdir(1), *workload.decoys(n)]
    after = printed(trace.collect())
    expect(
        not after,
        "Something that makes no process left lines: exec, exit, "
        "mkdir, rmdir, open, rename, stat or unlink.",
        "Attach to clone, or to sched_process_fork.",
        expected=say("no line"),
        actual=say("lines: {n}", n=len(after)),
        timeline=lambda: by_time(others, after, of="fork"),
    )
    expect(
        set(matching.counts) == {1} and not matching.stray,
        "Each new process must leave one line.",
        "Print once, at one event. On the way out of clone there are two: parent and child.",
        expected=say("1 line for each of {n} processes", n=n),
        actual=matching.describe(),
        timeline=lambda: by_time(made, records, of="fork", attached=program.attached_to()),
    )


@task("0.4")
def test_the_script_prints_each_process(script, workload, trace):
    """hello_world.py prints one line for each line that its program leaves, as it comes."""
    script.reacts(lambda: workload.fork(1))
    trace.collect()
    workload.fork(random_count())
    n = len(printed(trace.collect()))
    script.read_lines(n)
    lines = script.rest()
    n += len(printed(trace.collect()))
    workload.release()
    expect(
        0 < n == len(lines),
        "The script must print one line for each line of the trace.",
        "Print each one once, as it comes, and nothing for blank ones.",
        expected=say("{n} lines for {n} new processes", n=n),
        actual=say("lines: {n}", n=len(lines)),
        log=script.output(),
    )
    expect(
        all(MESSAGE in line for line in lines),
        "A line does not show the message.",
        "Print what the program wrote into the trace.",
        expected=MESSAGE,
        actual=next((line for line in lines if MESSAGE not in line), ""),
        log=script.output(),
    )


@task("0.5")
def test_the_script_ends_on_ctrl_c(script):
    """hello_world.py ends without a traceback on Ctrl-C."""
    script.interrupt()
