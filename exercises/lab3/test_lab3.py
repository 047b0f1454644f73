"""Lab 3: count directories in a hash table."""

import functools
import random
import re

from grader.checks import by_time, expect, numbers, printed, random_count, say, task


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
                "compteur counts, but not at key 0.",
                "There is one counter; its key is 0.",
                expected=say("key 0 alone"),
                actual=say("keys {keys}", keys=keys[:10]),
            )
            expect(
                count.exact,
                "After the first mkdir, compteur does not hold the right count at key 0.",
                "When lookup() finds nothing, this directory is the first: store 1 at key 0.",
                expected=say("compteur[0] = {made}", made=count.made),
                actual=say("compteur = {value}", value=counter.table.items() or say("empty")),
                timeline=lambda counter=counter: counter.step_by_step(
                    workload, from_empty=True, attached=program.attached_to()
                ),
            )


@task("3.3")
def test_every_directory_counts(program, workload):
    """n mkdirs add n, and nothing but mkdir adds anything."""
    counter = program.counter("compteur")
    counter.during(lambda: workload.mkdir(1))
    n = random_count(100, 999)  # So many that a guess is hardly ever right.
    count = counter.during(lambda: workload.mkdir(n))
    expect(
        count.exact,
        "compteur[0] does not grow by one with each mkdir.",
        "When lookup() finds the counter, add one to it, and see that the table holds the sum.",
        expected=say("{made} more after {made} mkdirs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
        timeline=lambda: counter.step_by_step(workload),
    )
    n = random_count()
    count = counter.during(lambda: workload.decoys(n))
    expect(
        count.exact,
        "Something else than mkdir is counted: rmdir, open, rename, stat or unlink.",
        "Attach to mkdir alone.",
        expected=say("{made} more after {n} of each", made=count.made, n=n),
        actual=say("{counted} more", counted=count.counted),
        timeline=lambda: counter.step_by_step(workload),
    )
    keys = sorted(counter.table.items())
    expect(
        keys == [0],
        "compteur has other keys than 0.",
        "There is one counter; its key is 0.",
        expected=say("key 0 alone"),
        actual=say("keys {keys}", keys=keys[:10]),
    )


@task("3.4")
def test_each_mkdir_prints_the_count(program, workload, trace):
    """Each mkdir leaves the trace line "Nombre de dossier(s) : n", n being the count after it."""
    counter = program.counter("compteur")
    made = []
    n = random_count()
    count = counter.during(lambda: made.extend(workload.mkdir(n)), from_empty=True)
    records = printed(trace.collect())
    others = count.made - n
    counts = [count.start + count.counted - later for later in reversed(range(n))]
    for after, window in zip(counts, made, strict=True):
        texts = [record.text for record in records if window.holds(record.time)]
        said = re.findall(r"Nombre de dossier\(s\) : (\d{1,20})", "\n".join(texts))
        expect(
            bool(said) and all(after - others <= int(number) <= after for number in said),
            "A mkdir did not leave the line with the count after it.",
            "Print when the new count is known, for the first directory too, in the given words.",
            expected=say("Nombre de dossier(s) : {after}", after=after),
            actual=texts or say("no line"),
            timeline=lambda: by_time(made, records, numbers=counts, attached=program.attached_to()),
        )


@task("3.7")
def test_no_count_is_lost(program, stage, workload):
    """Directories made on all CPUs at once are all counted."""
    counter = program.counter("compteur")
    counter.during(lambda: workload.mkdir(1))
    count = counter.during(stage.contend)
    expect(
        count.exact,
        "Counts were lost when several CPUs made directories at the same time.",
        "Between reading the old value and writing the new one, another CPU did the same. "
        "Add atomically.",
        expected=say("{made} more after {made} mkdirs on all CPUs", made=count.made),
        actual=say("{counted} more", counted=count.counted),
    )


@task("3.5")
def test_the_script_shows_the_count(script, stage, workload):
    """Within a second counter.py shows what the table holds, even if the grader changed it."""
    table = script.map("compteur", "hash")
    expect(
        table.value_size > 1,
        "A value of compteur is too short for a count.",
        "BPF_HASH(compteur); declares values of 8 bytes.",
        expected=say("values of 2 bytes or more"),
        actual=say("1 byte"),
    )
    room = 2 ** min(30, 8 * table.value_size - 1)
    far_apart = range(room // 4, room // 2, 500)
    totals = random.SystemRandom().sample(far_apart, 2)
    times = 0
    for attempt in range(4):
        if attempt % 2 == 0:
            total = totals.pop()
            replace = functools.partial(table.set, 0, total)
            expected, _ = stage.witness.quietly(replace, 10 * stage.scale)
        n = random_count(20, 60)  # Too many to count up to them slowly, and be right for a while.
        workload.mkdir(n)
        total, expected = total + n, expected + n

        def shown(line, wanted=total, expected=expected):
            # Others' count too. What interrupts a look into the table is counted by no program.
            now = wanted + stage.witness.entered - expected
            return any(min(wanted, now) <= number <= max(wanted, now) for number in numbers(line))

        seen = script.read_until(shown, seconds=2)
        times += seen
        # At first a script may be attached, and not yet have opened what it reads.
        expect(
            seen or attempt == 0,
            "The script did not show the count that its table held.",
            "Read the table again at least once a second, and print the count when it is new.",
            expected=say("a line with {total}, within a second", total=total),
            actual=script.output().strip().splitlines()[-1:],
            log=script.output(),
        )
        if times == 3:
            break
    told = {number for line in script.rest() for number in numbers(line)}
    last = total + stage.witness.entered - expected
    beyond = sorted(told & set(range(last + 1, last + 100)))
    expect(
        not beyond,
        "The script showed counts that its table never held.",
        "Print what the table holds, and nothing while that stays as it is.",
        expected=say("no count beyond {last}", last=last),
        actual=beyond[:3],
        log=script.output(),
    )


@task("3.6")
def test_the_script_ends_on_ctrl_c(script):
    """counter.py ends without a traceback on Ctrl-C."""
    script.interrupt()
