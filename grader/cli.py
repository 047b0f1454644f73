"""The `labebpf` door: thin, each command calls one room."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.authoring.new import CALLS, HOOKS, OUTPUTS, PACKET, calls, new
from grader.course import Lab, add_private, find_labs
from grader.errors import Infra, LabebpfError, UsageError
from grader.speech import Group, agreed, echo, note, said, settle, tell
from grader.surroundings import ROOT, language
from grader.text import clean

# What takes time to import is imported by the commands that need it: a hint comes at once.
from grader.words import say

if TYPE_CHECKING:
    from rich.console import Console

    from grader.kernel.features import Probe
    from grader.kernel.vm.images import Image
    from grader.kernel.vm.shell import Terminal

USAGE, INFRASTRUCTURE = 2, 3


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def labebpf() -> None:
    """eBPF labs that grade themselves, on a real kernel."""


@labebpf.command()
@click.argument("names", nargs=-1, metavar="LAB... | DIR")
@click.option("--lab", "of", multiple=True, metavar="LAB", help="Grade the hand-in DIR for LAB.")
@click.option("--submission", metavar="DIR", help="Folder to grade (default: exercises).")
@click.option("--private", metavar="DIR", help="Folder with private checks of the labs.")
@click.option("--reveal", is_flag=True, help="Show what private checks say.")
@click.option("--kernel", metavar="K", default="auto", help="auto, native, vm[:VERSION] or all.")
@click.option("--out", metavar="DIR", help="Write result.json there.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write a page there.")
@click.option(
    "--time-scale",
    metavar="FACTOR",
    type=click.FloatRange(min=0.1),
    default=1.0,
    help="Stretch deadlines.",
)
def grade(
    names: tuple[str, ...],
    of: tuple[str, ...],
    submission: str | None,
    private: str | None,
    reveal: bool,
    kernel: str,
    out: str | None,
    html: Path | None,
    time_scale: float,
) -> None:
    """Grade the labs named (all of them if none is), or with --lab what somebody handed in as DIR.

    --lab may be repeated. For a hand-in --kernel auto prefers a virtual machine.

    With --kernel all, on each image that is built; the DIR of --out then has a folder for each.

    Exit status: 0 all points, 1 not all, 2 wrong usage, 3 the machine could not judge it all.
    """
    from rich.text import Text

    from grader import run, screen
    from grader.grading import private_folder
    from grader.kernel.choice import parse
    from grader.kernel.vm import images
    from grader.submission.files import take
    from grader.verdict.record import write_result
    from grader.verdict.report import render, render_by_kernel

    labs = find_labs(ROOT / "exercises")
    options = [f"--time-scale={time_scale}"]
    if private is not None:
        folder = private_folder(Path(private))
        labs = add_private(labs, folder, reveal=reveal)
        options += [f"--private={folder}", *(["--reveal"] if reveal else [])]
    if of:
        chosen = _choose(of, labs)
        submitted = _hand_in(names, submission, chosen)
        options += ["--stranger"]
    else:
        chosen = _choose(names, labs)
        submitted = _submission_folder(submission)
    options += [f"--submission={submitted}"]
    if html and kernel == "all":
        raise UsageError("--html is for one kernel.", "Name it with --kernel.")
    # As they are now: while it is graded, the student may save a file.
    sources = {lab.name: take(submitted, lab.name, lab.edits) for lab in chosen} if html else {}
    if kernel == "all":
        kernels = [f"vm:{image.version}" for image in images.built()]
        if not kernels:
            raise Infra("There is no image to grade on.", "Run: ./labebpf image build")
    else:
        kernels = [parse(kernel)]
    results = []
    for each in kernels:
        what = f"{', '.join(lab.name for lab in chosen)} ({each})"
        with screen.going_on(what) as tell:
            result, log = run.grade(chosen, each, options, language(), tell)
        results.append(result)
        if log:
            screen.console().print(Text(log))
        if out:
            write_result(Path(out, each.removeprefix("vm:") if kernel == "all" else ""), result)
    console = screen.console()
    if kernel == "all":
        render_by_kernel(console, results)
    else:
        render(console, results[0])
    if html:
        from grader.verdict.formats.html import html as page

        _write(html, page(results[0], sources).encode(), "--html")
    sys.exit(min((result.exit_status for result in results), key=(1, 3, 0).index))


@labebpf.command()
@click.argument("record", metavar="RESULT.json", type=click.Path(path_type=Path))
@click.option("--format", "name", metavar="NAME", required=True, help="One of README.md's.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@click.option(
    "--worksheet", metavar="FILE", type=click.Path(path_type=Path), help="From Moodle, to fill in."
)
@click.option("--student", metavar="ID", help="Whose row in it: Identifier or email address.")
def report(
    record: Path,
    name: str,
    out: Path | None,
    worksheet: Path | None,
    student: str | None,
) -> None:
    """Render RESULT.json, which `grade --out DIR` wrote, for another system.

    It is in the language of the grading.

    Exit status: 0 done, whatever the points, 2 wrong usage, 3 the format has no
    word for what could not be judged.
    """
    from grader.verdict.formats import FORMATS, moodle
    from grader.verdict.record import Result

    if name not in (*FORMATS, "moodle"):
        known = ", ".join(sorted((*FORMATS, "moodle")))
        raise UsageError(
            say("There is no format {clean}.", clean=clean(name)),
            say("There are {names}.", names=known),
        )
    try:
        result = Result.from_json(_read(record).decode())
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            say("{record} is no result of labebpf.", record=record),
            "Give a result.json that grade --out wrote.",
        ) from None
    if name == "moodle":
        if not worksheet or not student:
            raise UsageError("Moodle's worksheet is filled in.", "Give --worksheet and --student.")
        rendered = moodle.fill(result, _read(worksheet), student)
    else:
        rendered = FORMATS[name](result).encode()
    if not out:
        click.echo(rendered, nl=False)
        return
    _write(out, rendered, "--out")


def _write(out: Path, data: bytes, option: str) -> None:
    from grader.verdict.record import write_whole

    try:
        write_whole(out, data)
    except OSError as error:
        raise UsageError(
            say("{out} cannot be written: {strerror}.", out=out, strerror=error.strerror),
            say("Give another {option}.", option=option),
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            "Name another file.",
        ) from error


@labebpf.command("list")
def list_labs() -> None:
    """List the labs and their tasks, the points won so far, and what is next."""
    from grader import screen
    from grader.desk import overview
    from grader.progress import Progress

    labs = find_labs(ROOT / "exercises").values()
    overview.show(screen.console(), labs, Progress(ROOT), language())


@labebpf.command()
@click.argument("task_id", metavar="TASK")
@click.option("--level", metavar="N", type=click.IntRange(min=1), help="Which hint: 1, 2, ...")
def hint(task_id: str, level: int | None) -> None:
    """Show a hint for TASK, such as 3.2: each time the next one, up to the last."""
    from grader.progress import Progress

    labs = find_labs(ROOT / "exercises").values()
    tasks = {task.id: (lab, task) for lab in labs for task in lab.tasks}
    if task_id not in tasks:
        raise UsageError(
            say("There is no task {task_id}.", task_id=task_id),
            say("The tasks are {names}.", names=", ".join(tasks)),
        )
    lab, task = tasks[task_id]
    last = len(task.hints)
    if level and level > last:
        raise UsageError(
            say("Task {task_id} has {last} hints.", task_id=task_id, last=last),
            "That was the last one.",
        )
    shown, remembered = (level, False) if level else Progress(ROOT).next_hint(lab, task)
    echo(f"{task_id}  {task.title.get(language())}  ({shown}/{last})")
    tell(task.hints[shown - 1].get(language()))
    if shown < last:
        more = "" if remembered else f" --level {shown + 1}"
        echo(say("More: {command}", command=f"./labebpf hint {task_id}{more}"))


@labebpf.command()
@click.argument("lab", metavar="LAB")
@click.option("--poll", is_flag=True, help="Look at the files again and again: for network drives.")
@click.option("--kernel", metavar="K", default="auto", help="auto, native or vm[:VERSION].")
@click.option(
    "--time-scale",
    metavar="FACTOR",
    type=click.FloatRange(min=0.1),
    default=1.0,
    help="Stretch deadlines.",
)
def watch(lab: str, poll: bool, kernel: str, time_scale: float) -> None:
    """Grade LAB now, and again whenever one of its files is saved. Ctrl-C ends it.

    What is saved during a grading is graded once, after it.
    """
    from grader import screen
    from grader.desk.watch import watch
    from grader.kernel.choice import parse

    (chosen,) = _choose((lab,), find_labs(ROOT / "exercises"))
    options = [f"--submission={ROOT / 'exercises'}", f"--time-scale={time_scale}"]
    watch(screen.console(), chosen, parse(kernel), options, language(), poll=poll)


@labebpf.command()
@click.argument("lab", metavar="LAB")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(lab: str, file: str | None, yes: bool) -> None:
    """Put the stubs of LAB back, or that of FILE alone, and begin the lab anew.

    What you have written is kept beside them, as counter.c.bak-TIME.
    """
    from grader.desk.reset import put_back, stubs_to_put_back
    from grader.progress import Progress

    (chosen,) = _choose((lab,), find_labs(ROOT / "exercises"))
    stubs = stubs_to_put_back(ROOT, chosen, Path(file).name if file else None)
    for stub in stubs:
        path = stub.path.relative_to(ROOT)
        echo(say("{path} becomes the stub {origin}.", path=path, origin=stub.origin))
    if stubs and not yes and not agreed("What is there now is kept beside it. Go on?"):
        raise click.Abort
    for stub in stubs:
        backup = put_back(stub)
        if backup:
            now = say(
                "{file} is the stub again; what it was is {backup}.",
                file=stub.path.name,
                backup=backup.name,
            )
        else:
            now = say("{file} is the stub again.", file=stub.path.name)
        echo(now)
    if not stubs:
        echo("What is there is the stub already.")
    Progress(ROOT).forget(chosen)


@labebpf.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what this machine can do, and for each gap the command that mends it.

    As root it mounts tracefs and debugfs where they are missing.
    """
    import json

    from grader.kernel.features import Machine
    from grader.kernel.mounts import missing, mount
    from grader.kernel.vm import survey as vm_survey

    mounted = []
    if os.geteuid() == 0:
        for kind, path in missing():
            mount(kind, path)
            mounted.append(say("{kind} at {path}", kind=kind, path=path))
    machine = Machine()
    survey = machine.survey()
    machines = vm_survey.survey()
    labs = {
        lab.name: {
            need: machine.offers(need)
            for need in dict.fromkeys((*lab.needs, *(k for task in lab.tasks for k in task.kernel)))
        }
        for lab in find_labs(ROOT / "exercises").values()
    }
    if as_json:
        record = {
            "release": os.uname().release,
            "mounted_now": mounted,
            "machine": [vars(probe) for probe in survey],
            "virtual": [vars(probe) for probe in machines],
            "labs": {
                name: [vars(probe) for probe in needs.values()] for name, needs in labs.items()
            },
        }
        click.echo(json.dumps(record, indent=1))
    else:
        _print_doctor(survey, machines, labs, mounted)
    needed = ("privileges", "bpf", "headers", "tracefs", "bcc", "bpftool", "bwrap", "setpriv")
    native = all(probe.ok for probe in survey if probe.name in needed)
    sys.exit(0 if native or vm_survey.able(machines) else INFRASTRUCTURE)


def _print_doctor(
    survey: list[Probe],
    machines: list[Probe],
    labs: dict[str, dict[str, Probe]],
    mounted: Sequence[str],
) -> None:
    from rich.text import Text

    from grader import screen

    console = screen.console()
    for line in mounted:
        console.print(Text(said(say("Mounted {what}.", what=line))))
    here = say("This machine, Linux {release}", release=os.uname().release)
    _print_probes(console, here, survey)
    _print_probes(console, say("Virtual machines"), machines)
    for name, needs in labs.items():
        needed = say("What {name} needs of this machine", name=name)
        _print_probes(console, needed, list(needs.values()))


def _print_probes(console: Console, title: str, probes: list[Probe]) -> None:
    """A row for each probe; what mends a gap stands below it, whole, to be copied."""
    from rich.text import Text

    console.print(Text(said(title), style="bold"))
    width = max(len(probe.name) for probe in probes)
    for probe in probes:
        mark = Text("  ✓ ", style="green") if probe.ok else Text("  ✗ ", style="red")
        console.print(
            mark.append(f"{probe.name:{width}}  {said(probe.detail)}", "default"),
            soft_wrap=True,
        )
        if probe.remedy and not probe.ok:
            console.print(Text(f"    {'':{width}}  {said(probe.remedy)}"), soft_wrap=True)


@labebpf.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a stub would change.")
def stubs(labs: tuple[str, ...], check: bool) -> None:
    """Make the stubs of the labs named (of all if none is) from their solutions.

    Marks in a solution say which of its lines the stub does not show: see docs/authoring.md.
    """
    from grader.authoring.stubs import drifted

    changed: dict[Path, str] = {}
    for lab in _choose(labs, find_labs(ROOT / "exercises")):
        changed |= drifted(lab, ROOT / "solutions")
    for path, text in changed.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        place = path.relative_to(ROOT)
        echo(say("{path} would change", path=place) if check else say("{path} written", path=place))
    if not changed:
        echo("Every stub is what its solution makes of it.")
    sys.exit(1 if check and changed else 0)


@labebpf.command()
def words() -> None:
    """Renew the catalogue of translations, after sentences were changed in checks or code.

    Exit status: 0 every sentence has one, 1 some have none yet.
    """
    from grader.authoring.words import renewed

    files, missing = renewed("fr", ROOT)
    for path, data in files.items():
        if path.read_bytes() != data:
            path.write_bytes(data)
            echo(say("{path} written", path=path.relative_to(ROOT)))
    for sentence in missing:
        echo(say("No translation yet: {sentence}", sentence=sentence))
    if not missing:
        echo("Every sentence has a translation.")
    sys.exit(1 if missing else 0)


@labebpf.command("new")
@click.argument("name", metavar="LAB")
@click.option("--hook", type=click.Choice(HOOKS), help="Where its program runs.")
@click.option("--output", type=click.Choice(list(OUTPUTS)), help="Its way out of the kernel.")
@click.option("--call", type=click.Choice([*CALLS, *PACKET]), help="What it is about.")
def new_lab(name: str, hook: str | None, output: str | None, call: str | None) -> None:
    """Make LAB (lab7, say), a whole lab that works, to be changed into the one you want.

    What no option says is asked for. Then: ./labebpf prove LAB.
    """
    hook = hook or _ask("hook", HOOKS)
    output = output or _ask("output", OUTPUTS)
    possible = calls(hook)
    call = call or (_ask("call", possible) if len(possible) > 1 else next(iter(possible)))
    for folder in new(name, hook, output, call):
        echo(say("{path} written", path=f"{folder.relative_to(ROOT)}/"))
    echo(say("Next: {command}", command=f"sudo ./labebpf prove {name}"))


def _ask(option: str, choices: Iterable[str]) -> str:
    """What a person at the terminal chooses. Raises UsageError where nobody sits."""
    if not sys.stdin.isatty():
        raise UsageError(
            say("--{option} is missing.", option=option),
            say("Give one of {names}.", names=", ".join(choices)),
        )
    return str(click.prompt(option, type=click.Choice(list(choices))))


@labebpf.command()
@click.argument("labs", nargs=-1, required=True, metavar="LAB...")
@click.option(
    "--rounds",
    metavar="N",
    type=click.IntRange(min=0),
    default=10,
    help="Of the solution beside busy CPUs.",
)
@click.option("--kernel", metavar="K", default="auto", help="auto, native or vm[:VERSION].")
@click.option(
    "--time-scale",
    metavar="FACTOR",
    type=click.FloatRange(min=0.1),
    default=1.0,
    help="Stretch deadlines.",
)
def prove(labs: tuple[str, ...], rounds: int, kernel: str, time_scale: float) -> None:
    """Prove that the labs named judge rightly: stub, solution, known answers and mutants.

    Exit status: 0 all of it is proved, 1 something is wrong, 2 wrong usage, 3 there is no kernel
    to prove it on.
    """
    from rich.text import Text

    from grader import screen
    from grader.authoring.prove import Prover
    from grader.authoring.report import show_fates, show_step
    from grader.kernel.choice import parse

    kernel = parse(kernel)
    console = screen.console()
    wrong = False
    for lab in _choose(labs, find_labs(ROOT / "exercises")):
        console.print(Text(f"{lab.name}  {lab.title.get(language())}", style="bold"))
        with screen.Steps(lab.name, transient=True) as progress:
            prover = Prover(lab, progress, kernel=kernel, time_scale=time_scale)
            for step in prover.prove(rounds):
                wrong |= bool(step.problems)
                with progress.away():
                    show_step(console, step)
        if prover.fates:
            show_fates(console, prover.fates)
    sys.exit(1 if wrong else 0)


@labebpf.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, metavar="[PYTEST-ARGUMENTS]...")
def test(arguments: tuple[str, ...]) -> None:
    """Run this project's own tests; further arguments go to pytest."""
    import subprocess

    # All of them: those on this kernel, which can't share it, beside those that need it not.
    everything = ("-n", "2", "--dist", "loadscope", "tests")
    command = [sys.executable, "-m", "pytest", "-rs", *(arguments or everything)]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@labebpf.command()
@click.argument("lab", required=False, metavar="[LAB]")
@click.option("--submission", metavar="DIR", help="Folder to work on (default: exercises).")
@click.option("--kernel", metavar="K", default="vm", help="vm or vm:VERSION.")
def shell(lab: str | None, submission: str | None, kernel: str) -> None:
    """Open a terminal in a virtual machine with the files of LAB (all labs if none is named).

    There you are root, and BCC is ready. The same command in another terminal joins the same
    machine. When the last one closes, files changed in it come back. Commands can be piped in.

    Exit status: the shell's in the machine, 2 wrong usage, 3 there is no machine.
    """
    from grader.kernel.choice import parse
    from grader.kernel.vm import images
    from grader.kernel.vm.shell import LABS, join

    labs = _choose((lab,) if lab else (), find_labs(ROOT / "exercises"))
    folder = _submission_folder(submission)
    if parse(kernel) == "native":
        raise UsageError("A shell is in a virtual machine.", "Give --kernel vm or vm:VERSION.")
    image = _image(kernel.partition(":")[2] or images.versions()[0])
    terminal = join(folder, labs, image, ROOT)
    where = f"{LABS}/{labs[0].name}" if len(labs) == 1 else LABS
    first = say(
        "Linux {release} in a machine of its own. You are root, and BCC is ready.\n"
        "{where} has your files; changed ones come back when the last terminal closes.\n"
        "A second terminal: the same command in another window. The end: exit, or Ctrl-D.",
        release=image.release,
        where=where,
    )
    _carry(terminal, image, first)


@labebpf.command("run")
@click.argument("lab", metavar="LAB")
@click.option("--kernel", metavar="K", default="auto", help="auto, native or vm[:VERSION].")
def run_script(lab: str, kernel: str) -> None:
    """Run your script of LAB, live, on this terminal. Ctrl-C is the script's to end on.

    In a virtual machine it joins the one that `./labebpf shell LAB` has, or starts it; natively it
    needs root.

    Exit status: the script's, 2 wrong usage, 3 there is no kernel to run it on.
    """
    from grader.kernel.choice import choose, parse

    (chosen,) = _choose((lab,), find_labs(ROOT / "exercises"))
    if not (chosen.folder / chosen.script).is_file():
        raise UsageError(
            say("{name} has no {script}.", name=chosen.name, script=chosen.script),
            say(
                "To put the stub there: ./labebpf reset {name} {script}",
                name=chosen.name,
                script=chosen.script,
            ),
        )
    wishes = {need for task in chosen.tasks for need in task.kernel}
    version = choose(parse(kernel), chosen.needs, wishes)
    if version is None:
        from grader.desk.live import become_script

        become_script(chosen)
    from grader.kernel.vm.shell import join

    image = _image(version)
    terminal = join(ROOT / "exercises", [chosen], image, ROOT)
    first = say(
        "Linux {release} in a machine of its own runs {script}.\n"
        "A terminal beside it, in another window: ./labebpf shell {lab}",
        release=image.release,
        script=chosen.script,
        lab=chosen.name,
    )
    _carry(terminal, image, first, ["python3", chosen.script])


def _carry(terminal: Terminal, image: Image, first: str, command: Sequence[str] = ()) -> NoReturn:
    """Let `command`, or a shell, have this terminal; end as it ends.

    `first` is said to a person whose terminal is the machine's first one.
    """
    from grader import screen

    try:
        starts = say("Linux {release} starts ...", release=image.release)
        with screen.console(stderr=True).status(said(starts)):
            terminal.wait()
        if terminal.interactive:
            joined = "Another terminal of the machine that runs already."
            echo(first if terminal.number == 1 else joined, err=True)
        for line in terminal.told if terminal.interactive or command else ():
            note(line)
        status = terminal.run(command)
    finally:
        for line in terminal.report:
            note(line)
    sys.exit(status)


def _image(version: str) -> Image:
    """The image of Linux `version`, built if need be, with a bar for that."""
    from grader import screen
    from grader.kernel.vm import images

    for image in images.built():
        if image.version == version:
            return image
    with screen.Steps(f"Linux {version}") as progress:
        return images.build(version, progress)


@labebpf.group()
def image() -> None:
    """Kernels to grade on: build, list and hand out what their machines boot."""


@image.command("build")
@click.argument("version", required=False, metavar="[VERSION]")
def image_build(version: str | None) -> None:
    """Build the image of Linux VERSION (default: the first of `image list`), once.

    LABEBPF_MIRROR names another mirror of Debian than deb.debian.org.
    """
    from grader.kernel.vm import images

    made = _image(version or images.versions()[0])
    echo(_made(made))


@image.command("list")
def image_list() -> None:
    """List the images that are built, and those that could be."""
    from rich.table import Table

    from grader import screen
    from grader.kernel.vm import images

    there = {made.version: made for made in images.built()}
    heads = (said("version"), said("release"), said("size"), said("built"), "id")
    table = Table(*heads, box=None, pad_edge=False)
    for version in images.versions():
        made = there.get(version)
        if made:
            when = made.made.replace("T", " ")[:16]
            table.add_row(version, made.release, _size(made.size), when, made.id)
        else:
            table.add_row(version, said("not built"))
    screen.console().print(table)
    if len(there) < table.row_count:
        echo("Build one: ./labebpf image build VERSION")


@image.command("remove")
@click.argument("version", metavar="VERSION")
def image_remove(version: str) -> None:
    """Remove the image of Linux VERSION."""
    from grader.kernel.vm import images

    images.remove(version)


@image.command("export")
@click.argument("version", metavar="VERSION")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def image_export(version: str, file: Path) -> None:
    """Write the image of Linux VERSION to FILE, to be imported on another machine."""
    from grader.kernel.vm import images

    images.export(version, file)
    echo(
        say(
            "{file} holds Linux {version}. There: ./labebpf image import {name}",
            file=file,
            version=version,
            name=file.name,
        )
    )


@image.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def image_import(file: Path) -> None:
    """Take an image from FILE, which `image export` wrote."""
    from grader.kernel.vm import images

    made = images.import_(file)
    echo(_made(made))


def _made(image: Image) -> str:
    return say(
        "Linux {release} is in {folder}, {size}.",
        release=image.release,
        folder=image.folder,
        size=_size(image.size),
    )


def _size(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def _choose(names: tuple[str, ...], labs: Mapping[str, Lab]) -> list[Lab]:
    """The labs of these names, or folders of exercises/; all of them if none is named."""
    chosen = {}
    for given in names:
        name, folder = Path(given).name, Path(given)
        if name not in labs:
            raise UsageError(
                say("There is no {name}.", name=name),
                say("The labs are {names}.", names=", ".join(labs)),
            )
        if "/" in given and folder.is_dir() and folder.resolve() != labs[name].folder:
            raise UsageError(
                say("{given} is no lab, but may be a hand-in.", given=given),
                say(
                    "To grade it: ./labebpf grade {given} --lab {name}",
                    given=given,
                    name=name,
                ),
            )
        chosen[name] = labs[name]
    return list((chosen or labs).values())


def _hand_in(names: tuple[str, ...], submission: str | None, labs: list[Lab]) -> Path:
    """The folder that was handed in. Says, for each lab, where in it the files are taken from."""
    from grader.submission.files import find_hand_in

    if len(names) != 1 or submission is not None:
        raise UsageError("--lab is for one hand-in.", "Write: ./labebpf grade DIR --lab LAB")
    folder = _folder("DIR", names[0], Path())
    for lab in labs:
        place = find_hand_in(folder, lab.name, lab.edits)
        note(say("{lab} is taken from {place}.", lab=lab.name, place=clean(str(place))))
    return folder


def _submission_folder(given: str | None) -> Path:
    return ROOT / "exercises" if given is None else _folder("--submission", given, Path(), ROOT)


def _folder(what: str, given: str, *bases: Path) -> Path:
    """The folder that `what` names, from one of `bases`. Raises UsageError."""
    for base in bases:
        if (base / given).is_dir():
            return (base / given).resolve()
    raise UsageError(
        say("There is no folder {given}.", given=given),
        say("Give {what} one that exists.", what=what),
    )


def main() -> None:
    """Run the command line; errors of ours become two sentences and an exit status."""
    settle(sys.argv[1:], labebpf)
    try:
        labebpf(prog_name="labebpf")
    except UsageError as error:
        note(f"{said(error.what)} {said(error.remedy)}".strip())
        sys.exit(USAGE)
    except LabebpfError as error:
        if log := clean(getattr(error, "log", "")):
            from rich.text import Text

            from grader import screen

            screen.console(stderr=True).print(Text(log, style="dim"), soft_wrap=True)
        note(f"{said(error.what)} {said(error.remedy)}".strip())
        sys.exit(INFRASTRUCTURE)
