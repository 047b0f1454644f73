"""Lab 3: count directories in a hash table."""

import functools
import random
import re
import time

import pytest

from grader.checks import (
    BehaviourError,
    Pace,
    by_time,
    expect,
    numbers,
    printed,
    random_count,
    say,
    task,
)

SECONDS = 1.5
"""Within which a new count is to be shown: as the handout says, a second, and half of one more."""
TRIES = 5
"""For a program that others' calls may mislead, which are no fault of what is judged."""
TIMES = 10
"""So often the count is changed at most, until it was shown three times in time, or too late."""


def key_of_count(environment):
    """Where the program counts, and whether it puts the first count there itself."""
    counter = environment.program().counter("compteur")
    counter.during(lambda: environment.workload.mkdir(1), from_empty=True)
    keys = counter.table.items()
    return 0 if 0 in keys else next(iter(keys), 0), bool(keys)


def counter_of(environment):
    """The program's counter, with a count in it: where the first one comes from is 3.2's."""
    key, _ = environment.once(key_of_count)
    counter = environment.program().counter("compteur", key)
    counter.seed()
    return counter


def growth(environment):
    """The counter, and how it grew: by one at least with each mkdir, whoever makes it."""
    counter, workload = counter_of(environment), environment.workload

    def act():
        workload.mkdir(random_count(100, 999))  # So many that a guess is hardly ever right.
        workload.elsewhere()

    for _ in range(TRIES):
        count = counter.during(act)
        if count.exact:
            break
    expect_growth(environment, counter, count, count.exact or count.counted > count.made)
    return counter, count


def exact_growth(environment):
    counter, count = environment.once(growth)
    expect_growth(environment, counter, count, count.exact)


def expect_growth(environment, counter, count, right):
    expect(
        right,
        say("compteur[0] does not grow by one with each mkdir."),
        say(
            "When lookup() finds the counter, add one to it, and see that the table holds the sum."
        ),
        expected=say("{made} more after {made} mkdirs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
        timeline=lambda: counter.step_by_step(environment.workload),
    )


def strays(environment):
    """Other calls than mkdir, which add nothing."""
    counter, workload = counter_of(environment), environment.workload
    n = random_count()
    count = counter.during(lambda: workload.decoys(n))
    expect(
        count.exact,
        say("Something else than mkdir is counted: rmdir, open, rename, stat or unlink."),
        say("Attach to mkdir alone."),
        expected=say("{made} more after {n} of each", made=count.made, n=n),
        actual=say("{counted} more", counted=count.counted),
        timeline=lambda: counter.step_by_step(workload),
    )


def spoilt(environment):
    """Whether the program attaches itself to other calls: its script does no more."""
    try:
        environment.once(strays)
    except BehaviourError:
        return environment.program().attaches_itself
    return False


@pytest.fixture
def counts(environment):
    """The key of a counter that grows: without that there is nothing for a script to show."""
    environment.once(growth)
    return environment.once(key_of_count)[0]


@pytest.fixture
def spared(environment):
    """Whether 3.3 has told of other calls that count already: they cost the script nothing."""
    return environment.once(spoilt)


def react(script, workload, key):
    """Make directories until it shows a number: attached is not ready."""
    script.counter("compteur", key).seed()
    for _ in range(16):
        workload.mkdir(1)
        if script.read_until(lambda line: bool(numbers(line)), 0.5):
            script.rest()
            return
    expect_count(script, False, say("a number"))


def expect_count(script, seen, what):
    expect(
        seen or not re.search(r"\d", script.unfinished),
        say("{name} prints, and does not end the line.", name=script.name),
        say('Let print() end it: without end="", or with a \\n.'),
        expected=say("a line for each new count"),
        actual=say("one line without an end"),
        log=script.output(),
    )
    expect(
        seen,
        say("The script did not show the count that its table held."),
        say("Read the table again at least once a second, and print the count when it is new."),
        expected=say("a line with {what}, within a second", what=what),
        actual=script.output().strip().splitlines()[-1:],
        log=script.output(),
    )


@task("3.1")
def test_the_verifier_accepts_it(program):
    """counter.c loads, and counts in a BPF_HASH named compteur."""
    program.table("compteur", "hash")


@task("3.2")
def test_the_first_directory_counts_as_one(program, builds, workload):
    """From an empty table, the first mkdir puts 1 at key 0."""
    for build in builds:
        counter = build.counter("compteur")
        for _ in range(4):  # A count that is guessed is not right four times.
            for _ in range(10):
                count = counter.during(lambda: workload.mkdir(1), from_empty=True)
                if count.exact or count.made == 1:
                    break  # Else two may have been the first at the same time, which is not judged.
            keys = sorted(counter.table.items())
            expect(
                not keys or 0 in keys,
                say("compteur counts, but not at key 0."),
                say("There is one counter; its key is 0."),
                expected=say("key 0 alone"),
                actual=say("keys {keys}", keys=keys[:10]),
            )
            expect(
                count.exact,
                say("After the first mkdir, compteur does not hold the right count at key 0."),
                say("When lookup() finds nothing, this directory is the first: store 1 at key 0."),
                expected=say("compteur[0] = {made}", made=count.made),
                actual=say("compteur = {value}", value=counter.table.items() or say("empty")),
                timeline=lambda counter=counter: counter.step_by_step(
                    workload, from_empty=True, attached=program.attached_to()
                ),
            )


@task("3.3")
def test_every_directory_counts(counts, environment, program):
    """n mkdirs add n, and nothing but mkdir adds anything."""
    environment.once(exact_growth)
    environment.once(strays)
    keys = sorted(counter_of(environment).table.items())
    expect(
        keys == [counts],
        say("compteur has other keys than 0."),
        say("There is one counter; its key is 0."),
        expected=say("key 0 alone"),
        actual=say("keys {keys}", keys=keys[:10]),
    )


@task("3.4")
def test_each_mkdir_prints_the_count(spared, environment, program, workload, trace):
    """Each mkdir leaves the trace line "Nombre de dossier(s) : n", n being the count after it."""
    environment.once(exact_growth)
    counter = counter_of(environment)
    _, inserts = environment.once(key_of_count)
    n = random_count()
    for _ in range(TRIES if spared else 1):
        made = []
        trace.collect()
        count = counter.during(lambda made=made: made.extend(workload.mkdir(n)), from_empty=inserts)
        records = printed(trace.collect())
        others = count.made - n
        counts = [count.start + count.counted - later for later in reversed(range(n))]
        wrong = [
            (after, texts)
            for after, window in zip(counts, made, strict=True)
            if not says_count(
                texts := [record.text for record in records if window.holds(record.time)],
                range(after - others, after + 1),
            )
        ]
        if not wrong:
            break
    expect(
        not wrong,
        say("A mkdir did not leave the line with the count after it."),
        say("Print when the new count is known, for the first directory too, in the given words."),
        expected=say("Nombre de dossier(s) : {after}", after=wrong[0][0]) if wrong else "",
        actual=(wrong[0][1] if wrong else "") or say("no line"),
        timeline=lambda: by_time(made, records, numbers=counts, attached=program.attached_to()),
    )


def says_count(texts, right):
    """Whether the lines of one mkdir have a count, and none but a right one."""
    said = re.findall(r"Nombre de dossier\(s\) : (\d{1,20})", "\n".join(texts))
    return bool(said) and all(int(number) in right for number in said)


@task("3.7")
def test_no_count_is_lost(environment, program, workload):
    """Directories made on all CPUs at once are all counted."""
    environment.once(exact_growth)
    environment.once(strays)
    count = counter_of(environment).during(environment.contend)
    expect(
        count.exact,
        say("Counts were lost when several CPUs made directories at the same time."),
        say(
            "Between reading the old value and writing the new one, another CPU did the same. "
            "Add atomically."
        ),
        expected=say("{made} more after {made} mkdirs on all CPUs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
    )


@task("3.5")
def test_the_script_shows_the_count(counts, spared, script, environment, workload):
    """Within a second counter.py shows what the table holds, even if the grader changed it.

    Where it has its program from is its own affair: what that does is judged here too.
    """
    counter = script.counter("compteur", counts)
    table = counter.table
    expect(
        table.value_size > 1,
        say("A value of compteur is too short for a count."),
        say("BPF_HASH(compteur); declares values of 8 bytes."),
        expected=say("values of 2 bytes or more"),
        actual=say("1 byte"),
    )
    script.once(react, workload, counts)
    room = 2 ** min(30, 8 * table.value_size - 1)
    totals = iter(random.SystemRandom().sample(range(room // 4, room // 2, 500), TIMES))
    pace = Pace(SECONDS)
    last = 0
    for attempt in range(TIMES):
        if attempt % 2 == 0:  # They lie far from each other.
            last = next(totals)
            environment.witness.quietly(
                functools.partial(table.set, counts, last), 10 * environment.scale
            )
        made = []
        # Too many to count up to them slowly, and be right for a while.
        n = random_count(20, 60)
        count = counter.during(lambda made=made, n=n: made.extend(workload.mkdir(n)))
        changed = made[-1].end / 1e9
        kept = count.start >= last and count.counted >= count.made - count.failed
        last = wanted = count.start + count.counted

        def shown(line, wanted=wanted):
            # Others' count too.
            return any(wanted <= number <= (table.get(counts) or 0) for number in numbers(line))

        # What only waits is no slower on a slow machine.
        left = max(0.0, changed + SECONDS - time.monotonic())
        prompt = script.read_until(shown, left / environment.scale)
        expect_count(script, kept and (prompt or script.read_until(shown, 4)), wanted)
        now = time.monotonic()
        pace.note(now, prompt=prompt)
        if pace.in_time:
            break
        expect(
            not pace.late,
            say("The script shows a new count too late."),
            say("Read the table again at least once a second: wait for less between two looks."),
            expected=say("within {seconds:g} s", seconds=SECONDS),
            actual=say("after {seconds:.1f} s", seconds=now - changed),
            log=script.output(),
        )
    pace.require()
    told = set()
    script.read_until(lambda line: told.update(numbers(line)), 0.25)
    last = table.get(counts) or 0
    beyond = sorted(told & set(range(last + 1, last + 100)))
    expect(
        not beyond,
        say("The script showed counts that its table never held."),
        say("Print what the table holds, and nothing while that stays as it is."),
        expected=say("no count beyond {last}", last=last),
        actual=beyond[:3],
        log=script.output(),
    )
    n = random_count()
    count = counter.during(lambda: workload.decoys(n))
    expect(
        spared or count.exact,
        say(
            "The script's program also counts something other than mkdir: "
            "rmdir, open, rename, stat or unlink."
        ),
        say("Attach it to mkdir, and to nothing else."),
        expected=say("{made} more after {n} of each", made=count.made, n=n),
        actual=say("{counted} more", counted=count.counted),
        log=script.output(),
    )


@task("3.6")
def test_the_script_ends_on_ctrl_c(counts, script, workload):
    """counter.py ends without a traceback on Ctrl-C, once it was seen to work."""
    script.once(react, workload, counts)
    script.interrupt()
