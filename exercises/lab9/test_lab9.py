"""Lab 9: eight programs that the verifier refuses, mended, and why it refused them."""

import random
import secrets
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any

from grader.checks import (
    Call,
    Environment,
    Fields,
    Growth,
    Made,
    Program,
    Submitted,
    Workload,
    expect,
    listed,
    random_count,
    random_id,
    say,
    task,
)

WORDS = (
    "address",
    "arguments",
    "bound",
    "context",
    "exit",
    "float",
    "helper",
    "leak",
    "loop",
    "null",
    "release",
    "size",
    "stack",
    "unset",
)
"""The causes that the handout lists."""
CAUSES = {
    "par_uid": "9c4d28de",
    "par_mode": "8b11f867",
    "par_chef": "6de52bac",
    "chemin": "e0e7f5e0",
    "absolus": "ca579b9a",
    "commande": "cb297160",
    "ouverts": "2061363f",
    "par_droits": "ec068e62",
}
"""Of each program the start of the SHA-256 of its name and cause, so that none is read here."""
NO_LONGER = say("The program is loaded, and does not do what the comment at its top says.")
STILL = say("What the refused statement was to do has to be done still: mend it, and keep it.")


def several(*calls: Call) -> list[Call]:
    """Each of these calls a few times, in any order."""
    made = [call for call in calls for _ in range(random_count())]
    return random.sample(made, len(made))


def name() -> bytes:
    """A name of 15 bytes that nobody else has."""
    return secrets.token_hex(8)[:15].encode()


def mode() -> int:
    """A mode that nobody else uses: its owner may do less than its group."""
    return random.randrange(7) << 6 | 0o70 | random.randrange(8)


def among_decoys(workload: Workload, *calls: Call) -> list[Made]:
    """Make the calls, after others that must not count."""
    workload.decoys(random_count())
    return workload.make(*calls)


def expect_counts(
    grown: Growth, counted: Mapping[int, object], wanted: Mapping[int, int], spared: int = 0
) -> None:
    """Expect what is `wanted` more at each key, and no count of the calls that are `spared`."""
    there = {key: counted.get(key) for key in wanted}
    seen = {key: more if isinstance(more, int) else 0 for key, more in there.items()}
    expect(
        all(0 <= seen[key] - n <= grown.others for key, n in wanted.items()),
        NO_LONGER,
        STILL,
        expected=say("more at each key: {counts}", counts=listed(wanted)),
        actual=say("more at each key: {counts}", counts=listed(seen)),
    )
    expect(
        grown.total <= grown.made - spared,
        say("The program counts more than the comment at its top says."),
        say("Count each mkdir that it names once, and nothing else."),
        expected=say("{n} at most", n=grown.made - spared),
        actual=grown.total,
    )


def expect_events(program: Program, workload: Workload, calls: list[Call], field: str) -> None:
    """Expect an event of each call, which has the pid and this of its values."""
    program.listen("evenements")
    got = program.submitted(among_decoys, workload, *calls)
    got.require_each()
    got.require_once()
    for made in got.calls:
        value = {"comm": made.comm, "chemin": made.path}[field]
        expect(
            bool(got.having(pid=made.pid, **{field: value})),
            NO_LONGER,
            STILL,
            expected=f"pid {made.pid}, {field} {value.decode()}",
            actual=[str(event) for event in got.having(pid=made.pid)[:3]],
        )


@task("9.1")
def test_par_uid_counts_by_user(environment: Environment, workload: Workload) -> None:
    """Each mkdir adds one to dossiers[uid]."""
    program = environment.program("par_uid.c")
    calls = several(Call(uid=random_id()), Call(uid=random_id()))
    grown = program.growth("dossiers", "hash", among_decoys, workload, *calls)
    expect_counts(grown, grown.by_key, Counter(made.uid for made in grown.calls))


@task("9.2")
def test_par_mode_counts_by_mode(environment: Environment, workload: Workload) -> None:
    """Each mkdir with a mode up to 0777 adds one to the number at this mode."""
    program = environment.program("par_mode.c")
    sticky = [Call(mode=0o1000 | mode()) for _ in range(random_count())]
    calls = several(Call(mode=mode()), Call(mode=mode()), Call(mode=0o777))
    grown = program.growth("modes", "array", among_decoys, workload, *calls, *sticky)
    wanted = Counter(call.mode for call in calls)
    expect_counts(grown, numbers_of(grown), wanted, spared=len(sticky))


def numbers_of(grown: Growth) -> dict[int, int]:
    """By how much each number of the one row of modes grew."""
    found: list[Any] = [row.value.nombre if isinstance(row.value, Fields) else 0 for row in grown]
    expect(
        all(isinstance(numbers, tuple) for numbers in found),
        say("The value of modes is no longer a structure with nombre in it."),
        say("Leave struct modes as it was handed out."),
    )
    return dict(enumerate(found[0])) if found else {}


@task("9.3")
def test_par_chef_counts_at_the_last_chief(environment: Environment, workload: Workload) -> None:
    """Each mkdir adds one to dossiers at the last of up to eight chiefs of its user."""
    program = environment.program("par_chef.c")
    alone, *chiefs = random.sample(range(20_000, 60_000), 10)
    for user, chief in pairwise(chiefs):
        program.map("chef", "hash").set(user, chief)
    calls = several(*(Call(uid=uid) for uid in (alone, chiefs[0], chiefs[-2])))
    grown = program.growth("dossiers", "hash", among_decoys, workload, *calls)
    n = sum(call.uid == alone for call in calls)
    expect_counts(grown, grown.by_key, {alone: n, chiefs[-1]: len(calls) - n})


@task("9.4")
def test_chemin_sends_long_paths(environment: Environment, workload: Workload) -> None:
    """Each mkdir submits the pid and the path, of up to 599 bytes."""
    steps = random.sample(range(250, 289), 3)
    calls = [Call(path=(b"/tmp/" + b"./" * n + name())) for n in (1, *steps)]
    expect_events(environment.program("chemin.c"), workload, calls, "chemin")


@task("9.5")
def test_absolus_tells_relative_paths(environment: Environment, workload: Workload) -> None:
    """Each mkdir adds one to chemins[1] where its path begins with a slash, else to chemins[0]."""
    program = environment.program("absolus.c")
    calls = several(Call(path=b"/tmp/" + name()), Call(path=b"tmp/" + name()))
    grown = program.growth("chemins", "array", among_decoys, workload, *calls)
    expect_counts(grown, grown.by_key, Counter(int(made.path[:1] == b"/") for made in grown.calls))


@task("9.6")
def test_commande_names_the_command(environment: Environment, workload: Workload) -> None:
    """Each mkdir submits the pid and the name of the command."""
    calls = [Call(comm=name()), Call(comm=b"cp", process=1), Call(comm=name(), thread=True)]
    expect_events(environment.program("commande.c"), workload, calls, "comm")


@task("9.7")
def test_ouverts_tells_of_open_directories(environment: Environment, workload: Workload) -> None:
    """Each mkdir whose mode has the bit 0002 submits one event, with the time and the mode."""
    program = environment.program("ouverts.c")
    program.listen("ouverts", "ringbuf")
    calls = several(*(Call(mode=mode() | 0o002) for _ in "ab"), Call(mode=mode() & ~0o002))
    got = program.submitted(among_decoys, workload, *calls)
    seen = [events_of(made, got) for made in got.calls]
    wanted = [made.mode >> 1 & 1 for made in got.calls]
    expect(
        seen == wanted and len(got.samples) <= got.made - wanted.count(0),
        NO_LONGER,
        STILL,
        expected=say("events at each mkdir: {counts}", counts=listed(wanted)),
        actual=say("events at each mkdir: {counts}", counts=listed(seen)),
    )


def events_of(made: Made, got: Submitted) -> int:
    """How many events have a time within this call, and after it its mode."""
    modes = (int.from_bytes(sample[8:12], "little") for sample in got.samples)
    return sum(
        made.holds(time) and mode == made.mode for time, mode in zip(got.times, modes, strict=True)
    )


@task("9.8")
def test_par_droits_counts_by_digit(environment: Environment, workload: Workload) -> None:
    """Each mkdir adds one to droits at its owner's digit."""
    program = environment.program("par_droits.c")
    calls = several(Call(mode=mode()), Call(mode=0o1000 | mode()), Call(mode=0o700))
    grown = program.growth("droits", "array", among_decoys, workload, *calls)
    expect_counts(grown, grown.by_key, Counter(made.mode >> 6 & 7 for made in grown.calls))


@task("9.9")
def test_the_causes_are_named(environment: Environment) -> None:
    """reponses.toml has the cause of each refusal."""
    found = environment.choices("reponses.toml", list(CAUSES), WORDS)
    digests = {key: sha256(f"{key} {word}".encode()).hexdigest() for key, word in found.items()}
    wrong = [key for key in found if not digests[key].startswith(CAUSES[key])]
    expect(
        not wrong,
        say("This is not why {names} was refused.", names=listed(wrong)),
        say(
            "Read the last line that the verifier, or LLVM, said of it, and look which word of "
            "the handout is about that. What was wrong counts, and not how you mended it."
        ),
    )
