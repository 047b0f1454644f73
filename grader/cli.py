"""The `labebpf` door: thin, each command calls one room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from grader import run
from grader.authoring.new import CALLS, HOOKS, OUTPUTS, new
from grader.authoring.prove import Prover
from grader.authoring.report import show_fates, show_step
from grader.authoring.stubs import drifted
from grader.course import Lab, add_private, find_labs
from grader.errors import Infra, LabebpfError, UsageError
from grader.grading import ROOT, language, private_folder
from grader.kernel.choice import parse
from grader.kernel.features import Machine, Probe
from grader.kernel.mounts import missing, mount
from grader.kernel.vm import images
from grader.kernel.vm import survey as vm_survey
from grader.kernel.vm.shell import LABS, Terminal, join
from grader.submission.files import find_hand_in
from grader.text import clean
from grader.verdict.formats import FORMATS, moodle
from grader.verdict.record import Result, write_result, write_whole
from grader.verdict.report import render, render_by_kernel

USAGE, INFRASTRUCTURE = 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
@click.option(
    "--time-scale", type=click.FloatRange(min=0.1), default=1.0, help="Stretch deadlines."
)
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the report.")
def grade(
    names: tuple[str, ...],
    of: tuple[str, ...],
    submission: str | None,
    private: str | None,
    reveal: bool,
    kernel: str,
    out: str | None,
    time_scale: float,
    lang: str | None,
) -> None:
    """Grade LAB... (all of them if none is named), or with --lab what somebody handed in as DIR.

    --lab may be repeated. For a hand-in --kernel auto prefers a virtual machine.

    With --kernel all, on each image that is built; the DIR of --out then has a folder for each.

    Exit status: 0 all points, 1 not all, 2 wrong usage, 3 the machine could not judge it all.
    """
    labs = find_labs(ROOT / "exercises")
    options = [f"--time-scale={time_scale}"]
    if private is not None:
        folder = private_folder(Path(private))
        labs = add_private(labs, folder, reveal=reveal)
        options += [f"--private={folder}", *(["--reveal"] if reveal else [])]
    if of:
        chosen = _choose(of, labs)
        options += [f"--submission={_hand_in(names, submission, chosen)}", "--stranger"]
    else:
        chosen = _choose(names, labs)
        options += [f"--submission={_submission_folder(submission)}"]
    if kernel == "all":
        kernels = [f"vm:{image.version}" for image in images.built()]
        if not kernels:
            raise Infra("There is no image to grade on.", "Run: ./labebpf image build")
    else:
        kernels = [parse(kernel)]
    results = []
    for each in kernels:
        with Console(stderr=True).status(f"{', '.join(lab.name for lab in chosen)} ({each}) ..."):
            result, log = run.grade(chosen, each, options, language(lang))
        results.append(result)
        if log:
            Console(highlight=False).print(Text(log))
        if out:
            write_result(Path(out, each.removeprefix("vm:") if kernel == "all" else ""), result)
    console = Console(highlight=False)
    if kernel == "all":
        render_by_kernel(console, results)
    else:
        render(console, results[0], language(lang))
    sys.exit(min((result.exit_status for result in results), key=(1, 3, 0).index))


@labebpf.command()
@click.argument("record", metavar="RESULT.json", type=click.Path(path_type=Path))
@click.option("--format", "name", type=click.Choice([*FORMATS, "moodle"]), required=True)
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@click.option(
    "--worksheet", metavar="FILE", type=click.Path(path_type=Path), help="From Moodle, to fill in."
)
@click.option("--student", metavar="ID", help="Whose row in it: Identifier or email address.")
def report(
    record: Path, name: str, out: Path | None, worksheet: Path | None, student: str | None
) -> None:
    """Render RESULT.json, which `grade --out DIR` wrote, for another system.

    Exit status: 0 done, whatever the points, 2 wrong usage, 3 the format has no
    word for what could not be judged.
    """
    try:
        result = Result.from_json(_read(record).decode())
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            f"{record} is no result of labebpf.", "Give a result.json that grade --out wrote."
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
    try:
        write_whole(out, rendered)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", "Give another --out."
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Name another file."
        ) from error


@labebpf.command("list")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the titles.")
def list_labs(lang: str | None) -> None:
    """List the labs and their tasks."""
    console = Console(highlight=False)
    for lab in find_labs(ROOT / "exercises").values():
        title = lab.title.get(language(lang))
        console.print(Text(f"{lab.name}  {title}  ({lab.max_score} points)", style="bold"))
        for task in lab.tasks:
            console.print(Text(f"  {task.id:<5}{task.points:>2}  {task.title.get(language(lang))}"))


@labebpf.command()
@click.argument("task_id", metavar="TASK")
@click.option("--level", type=click.IntRange(min=1), default=1, help="Which hint: 1, 2, ...")
@click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the hint.")
def hint(task_id: str, level: int, lang: str | None) -> None:
    """Show a hint for TASK, such as 3.2."""
    labs = find_labs(ROOT / "exercises")
    tasks = {task.id: task for lab in labs.values() for task in lab.tasks}
    if task_id not in tasks:
        raise UsageError(f"There is no task {task_id}.", f"The tasks are {', '.join(tasks)}.")
    task = tasks[task_id]
    if level > len(task.hints):
        raise UsageError(f"Task {task_id} has {len(task.hints)} hints.", "That was the last one.")
    click.echo(f"{task_id}  {task.title.get(language(lang))}")
    click.echo(task.hints[level - 1].get(language(lang)))
    if level < len(task.hints):
        click.echo(f"More: ./labebpf hint {task_id} --level {level + 1}")


@labebpf.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what this machine can do, and for each gap the command that mends it.

    As root it mounts tracefs and debugfs where they are missing.
    """
    mounted = []
    if os.geteuid() == 0:
        for kind, path in missing():
            mount(kind, path)
            mounted.append(f"{kind} at {path}")
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
    mounted: list[str],
) -> None:
    console = Console(highlight=False)
    for line in mounted:
        console.print(Text(f"Mounted {line}."))
    _print_probes(console, f"This machine, Linux {os.uname().release}", survey)
    _print_probes(console, "Virtual machines", machines)
    for name, needs in labs.items():
        _print_probes(console, f"What {name} needs of this machine", list(needs.values()))


def _print_probes(console: Console, title: str, probes: list[Probe]) -> None:
    """A row for each probe; what mends a gap stands below it, whole, to be copied."""
    console.print(Text(title, style="bold"))
    width = max(len(probe.name) for probe in probes)
    for probe in probes:
        mark = Text("  ✓ ", style="green") if probe.ok else Text("  ✗ ", style="red")
        console.print(
            mark.append(f"{probe.name:{width}}  {probe.detail}", "default"), soft_wrap=True
        )
        if probe.remedy and not probe.ok:
            console.print(Text(f"    {'':{width}}  {probe.remedy}"), soft_wrap=True)


@labebpf.command()
@click.argument("labs", nargs=-1, metavar="[LAB]...")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a stub would change.")
def stubs(labs: tuple[str, ...], check: bool) -> None:
    """Make the stubs of LAB... (of all labs if none is named) from their solutions.

    Marks in a solution say which of its lines the stub does not show: see docs/authoring.md.
    """
    changed: dict[Path, str] = {}
    for lab in _choose(labs, find_labs(ROOT / "exercises")):
        changed |= drifted(lab, ROOT / "solutions")
    for path, text in changed.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        click.echo(f"{path.relative_to(ROOT)} {'would change' if check else 'written'}")
    if not changed:
        click.echo("Every stub is what its solution makes of it.")
    sys.exit(1 if check and changed else 0)


@labebpf.command("new")
@click.argument("name", metavar="LAB")
@click.option("--hook", type=click.Choice(HOOKS), help="Where its program runs.")
@click.option("--output", type=click.Choice(list(OUTPUTS)), help="Its way out of the kernel.")
@click.option("--call", type=click.Choice(list(CALLS)), help="The system call that it is about.")
def new_lab(name: str, hook: str | None, output: str | None, call: str | None) -> None:
    """Make LAB (lab7, say), a whole lab that works, to be changed into the one you want.

    What no option says is asked for. Then: ./labebpf prove LAB.
    """
    hook = hook or _ask("hook", HOOKS)
    output = output or _ask("output", OUTPUTS)
    call = call or _ask("call", CALLS)
    for folder in new(name, hook, output, call):
        click.echo(f"{folder.relative_to(ROOT)}/ written")
    click.echo(f"Next: sudo ./labebpf prove {name}")


def _ask(option: str, choices: Iterable[str]) -> str:
    """What a person at the terminal chooses. Raises UsageError where nobody sits."""
    if not sys.stdin.isatty():
        raise UsageError(f"--{option} is missing.", f"Give one of {', '.join(choices)}.")
    return str(click.prompt(option, type=click.Choice(list(choices))))


@labebpf.command()
@click.argument("labs", nargs=-1, required=True, metavar="LAB...")
@click.option(
    "--rounds", type=click.IntRange(min=0), default=10, help="Of the solution beside busy CPUs."
)
@click.option("--kernel", metavar="K", default="auto", help="auto, native or vm[:VERSION].")
@click.option(
    "--time-scale", type=click.FloatRange(min=0.1), default=1.0, help="Stretch deadlines."
)
def prove(labs: tuple[str, ...], rounds: int, kernel: str, time_scale: float) -> None:
    """Prove that LAB... judge rightly: stub, solution, known answers and mutants.

    Exit status: 0 all of it is proved, 1 something is wrong, 2 wrong usage, 3 there is no kernel
    to prove it on.
    """
    kernel = parse(kernel)
    console = Console(highlight=False)
    wrong = False
    for lab in _choose(labs, find_labs(ROOT / "exercises")):
        console.print(Text(f"{lab.name}  {lab.title.en}", style="bold"))
        with _Progress(lab.name, transient=True) as progress:
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
    command = [sys.executable, "-m", "pytest", "-rs", *(arguments or ("tests",))]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@labebpf.command()
@click.argument("lab", required=False)
@click.option("--submission", metavar="DIR", help="Folder to work on (default: exercises).")
@click.option("--kernel", metavar="K", default="vm", help="vm or vm:VERSION.")
def shell(lab: str | None, submission: str | None, kernel: str) -> None:
    """Open a terminal in a virtual machine with the files of LAB (all labs if none is named).

    There you are root, and BCC is ready. The same command in another terminal joins the same
    machine. When the last one closes, files changed in it come back. Commands can be piped in.

    Exit status: the shell's in the machine, 2 wrong usage, 3 there is no machine.
    """
    labs = _choose((lab,) if lab else (), find_labs(ROOT / "exercises"))
    folder = _submission_folder(submission)
    if parse(kernel) == "native":
        raise UsageError("A shell is in a virtual machine.", "Give --kernel vm or vm:VERSION.")
    image = _image(kernel.partition(":")[2] or images.versions()[0])
    terminal = join(folder, labs, image, ROOT)
    try:
        with Console(stderr=True).status(f"Linux {image.release} starts ..."):
            terminal.wait()
        if terminal.interactive:
            _greet(terminal, image, labs)
        status = terminal.run()
    finally:
        for line in terminal.report:
            click.echo(f"labebpf: {line}", err=True)
    sys.exit(status)


def _greet(terminal: Terminal, image: images.Image, labs: list[Lab]) -> None:
    if terminal.number > 1:
        click.echo("Another terminal of the machine that runs already.", err=True)
        return
    where = f"{LABS}/{labs[0].name}" if len(labs) == 1 else LABS
    click.echo(
        f"Linux {image.release} in a machine of its own. You are root, and BCC is ready.\n"
        f"{where} has your files; changed ones come back when the last terminal closes."
        "\nA second terminal: the same command in another window. The end: exit, or Ctrl-D.",
        err=True,
    )
    for line in terminal.refused:
        click.echo(f"Not in it: {line}.", err=True)


def _image(version: str) -> images.Image:
    """The image of Linux `version`, built if need be, with a bar for that."""
    for image in images.built():
        if image.version == version:
            return image
    with _Progress(f"Linux {version}") as progress:
        return images.build(version, progress)


@labebpf.group()
def image() -> None:
    """Kernels to grade on: build, list and hand out what their machines boot."""


@image.command("build")
@click.argument("version", default=images.versions()[0])
def image_build(version: str) -> None:
    """Build the image of Linux VERSION (default: the first of `image list`), once.

    LABEBPF_MIRROR names another mirror of Debian than deb.debian.org.
    """
    made = _image(version)
    click.echo(f"Linux {made.release} is in {made.folder}, {_size(made.size)}.")


@image.command("list")
def image_list() -> None:
    """List the images that are built, and those that could be."""
    there = {made.version: made for made in images.built()}
    table = Table("version", "release", "size", "built", "id", box=None, pad_edge=False)
    for version in images.versions():
        made = there.get(version)
        if made:
            when = made.made.replace("T", " ")[:16]
            table.add_row(version, made.release, _size(made.size), when, made.id)
        else:
            table.add_row(version, "not built")
    Console(highlight=False).print(table)
    if len(there) < table.row_count:
        click.echo("Build one: ./labebpf image build VERSION")


@image.command("remove")
@click.argument("version")
def image_remove(version: str) -> None:
    """Remove the image of Linux VERSION."""
    images.remove(version)


@image.command("export")
@click.argument("version")
@click.argument("file", type=click.Path(path_type=Path))
def image_export(version: str, file: Path) -> None:
    """Write the image of Linux VERSION to FILE, to be imported on another machine."""
    images.export(version, file)
    click.echo(f"{file} holds Linux {version}. There: ./labebpf image import {file.name}")


@image.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def image_import(file: Path) -> None:
    """Take an image from FILE, which `image export` wrote."""
    made = images.import_(file)
    click.echo(f"Linux {made.release} is in {made.folder}, {_size(made.size)}.")


def _size(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


class _Progress:
    """What to tell of a long job's steps: a bar on a terminal, a line for each elsewhere."""

    def __init__(self, title: str, *, transient: bool = False) -> None:
        self._title = title
        self._console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(
            *columns,
            console=self._console,
            transient=transient,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=1.0)
        self._told = ""

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._bar.update(self._task, description=self._title, completed=1.0)
        self._bar.stop()

    def __call__(self, step: str, done: float) -> None:
        """`done` of the job is done, from 0 to 1, and `step` goes on."""
        self._bar.update(self._task, description=f"{self._title}: {step}", completed=done)
        if not self._console.is_terminal and step != self._told:
            self._console.print(Text(f"{self._title}: {step} ..."))
        self._told = step

    @contextmanager
    def away(self) -> Iterator[None]:
        """Without the bar, so that something else can be printed."""
        self._bar.stop()
        yield
        self._bar.start()


def _choose(names: tuple[str, ...], labs: Mapping[str, Lab]) -> list[Lab]:
    """The labs of these names, or folders of exercises/; all of them if none is named."""
    chosen = {}
    for given in names:
        name, folder = Path(given).name, Path(given)
        if name not in labs:
            raise UsageError(f"There is no {name}.", f"The labs are {', '.join(labs)}.")
        if "/" in given and folder.is_dir() and folder.resolve() != labs[name].folder:
            raise UsageError(
                f"{given} is no lab, but may be a hand-in.",
                f"To grade it: ./labebpf grade {given} --lab {name}",
            )
        chosen[name] = labs[name]
    return list((chosen or labs).values())


def _hand_in(names: tuple[str, ...], submission: str | None, labs: list[Lab]) -> Path:
    """The folder that was handed in. Says, for each lab, where in it the files are taken from."""
    if len(names) != 1 or submission is not None:
        raise UsageError("--lab is for one hand-in.", "Write: ./labebpf grade DIR --lab LAB")
    folder = _folder("DIR", names[0], Path())
    for lab in labs:
        place = find_hand_in(folder, lab.name, lab.edits)
        click.echo(f"labebpf: {lab.name} is taken from {clean(str(place))}.", err=True)
    return folder


def _submission_folder(given: str | None) -> Path:
    return ROOT / "exercises" if given is None else _folder("--submission", given, Path(), ROOT)


def _folder(what: str, given: str, *bases: Path) -> Path:
    """The folder that `what` names, from one of `bases`. Raises UsageError."""
    for base in bases:
        if (base / given).is_dir():
            return (base / given).resolve()
    raise UsageError(f"There is no folder {given}.", f"Give {what} one that exists.")


def main() -> None:
    """Run the command line; errors of ours become two sentences and an exit status."""
    try:
        labebpf(prog_name="labebpf")
    except UsageError as error:
        click.echo(f"labebpf: {error}", err=True)
        sys.exit(USAGE)
    except LabebpfError as error:
        if log := clean(getattr(error, "log", "")):
            Console(stderr=True, highlight=False).print(Text(log, style="dim"), soft_wrap=True)
        click.echo(f"labebpf: {error}", err=True)
        sys.exit(INFRASTRUCTURE)
