"""A whole new lab, rendered from bpf_templates/lab: proved as it is, and there to be changed."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from grader.base.atomic_write import make_folder, put
from grader.base.errors import UsageError
from grader.base.messages import say
from grader.base.paths import ENGINE
from grader.base.templates import open_templates
from grader.labs import load_lab
from grader.labs.stubs import stubs

if TYPE_CHECKING:
    import jinja2

HOOKS = ("tracepoint", "raw_tracepoint", "kprobe", "kretprobe", "lsm", "uprobe", "xdp")
OUTPUTS = {
    "trace": "trace.j2",
    "perf": "events.j2",
    "ring": "events.j2",
    "hash": "tables.j2",
    "histogram": "tables.j2",
}
"""The ways out of the kernel, and the template that has all about each."""
PAIRINGS = tuple(
    (hook, output)
    for hook in HOOKS
    for output in OUTPUTS
    # A trace line is told from others by its process, and a packet is no process's.
    if (hook, output) != ("xdp", "trace")
)
"""Each hook with each output that goes with it."""
EXAMPLES = {
    "mkdir": "mkdir /tmp/x",
    "rmdir": "mkdir /tmp/x; rmdir /tmp/x",
    "unlink": "touch /tmp/x; unlink /tmp/x",
    "rename": 'touch /tmp/x; python3 -c \'import os; os.rename("/tmp/x", "/tmp/y")\'',
    "link": 'touch /tmp/x; python3 -c \'import os; os.link("/tmp/x", "/tmp/y")\'',
    "symlink": 'python3 -c \'import os; os.symlink("/etc", "/tmp/x")\'',
}
"""The calls that a lab can be about, and how a person makes one: mv and ln make others."""
PACKET = {"packet": "bash -c 'echo hello >/dev/udp/127.0.0.1/9'"}
"""What an XDP program sees instead."""
_NAME = re.compile(r"lab(?:0|[1-9][0-9]*)")
_HELD = "\N{NO-BREAK SPACE}"


def calls(hook: str) -> dict[str, str]:
    """Return the calls that a lab of `hook` can be about, and how a person makes each."""
    return PACKET if hook == "xdp" else EXAMPLES


def fits(hook: str, output: str | None, call: str | None) -> bool:
    """Tell whether `output` and `call` go with `hook`; None goes with every hook."""
    outputs = [other for one, other in PAIRINGS if one == hook]
    return output in (None, *outputs) and call in (None, *calls(hook))


def check_choices(hook: str, output: str | None, call: str | None) -> None:
    """Raise UsageError unless `output` and `call` go with `hook`; None goes with every hook."""
    if call not in (None, *calls(hook)):
        raise UsageError(
            say("The hook {hook} does not see the call {call}.", hook=hook, call=call),
            say("Give one of {others}.", others=", ".join(calls(hook))),
        )
    if not fits(hook, output, call):
        others = ", ".join(other for other in OUTPUTS if fits(hook, other, call))
        raise UsageError(
            say(
                "The output {output} does not go with the hook {hook}: a trace line is told from "
                "others by its process, and a packet is no process's.",
                output=output,
                hook=hook,
            ),
            say("Give one of {others}.", others=others),
        )


def folders_of(name: str, root: Path) -> list[Path]:
    """Name the folders of a new lab `name`: the public one, and that of its solution.

    Raises UsageError for a name that is none, or that is taken.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            say("{name} is not a name for a lab.", name=name),
            say("Call it lab and a number, such as lab20."),
        )
    folders = [root / place / name for place in ("exercises", "solutions")]
    try:
        taken = [folder for folder in folders if folder.exists()]
    except OSError as error:
        raise _unwritten(name, error) from error
    for folder in taken:
        raise UsageError(
            say("{folder} already exists.", folder=folder), say("Give the lab another number.")
        )
    return folders


def new(name: str, hook: str, output: str, call: str, root: Path) -> list[Path]:
    """Make the lab `name` in the course `root`; return its folders.

    Raises UsageError for a name that no lab can have or that is taken, for choices that do not go
    together, and for what cannot be written. After an error, or Ctrl-C, nothing of the lab is left.
    """
    check_choices(hook, output, call)
    folders = exercise, solution = folders_of(name, root)
    number = name[len("lab") :]
    templates = _environment(ENGINE / "bpf_templates")
    render = _renderer(templates, name, number, hook, output, call)
    program, script = f"{call}.c", f"{call}.py"
    try:
        with ExitStack() as undo:
            for folder in folders:
                make_folder(folder, new=True)
                undo.callback(shutil.rmtree, folder, ignore_errors=True)
            for file in ("lab.toml", "README.md", "README.fr.md"):
                _write(exercise / file, render(file))
            _write(exercise / f"test_{name}.py", render("checks.py"))
            _write(solution / program, render("program.c"))
            _write(solution / script, render("script.py"))
            make_folder(solution / "wrong", new=True)
            if "[[equivalent]]" in (listed := render("mutants.toml")):
                _write(solution / "mutants.toml", listed)
            for file, sentence, loses in _mistakes(hook):
                lost = re.sub(r"(\d) ", rf"{number}.\1 ", loses)
                header = (f"wrong: {sentence}", f"loses: {lost}")
                base = "program.c" if file.endswith(".c") else "script.py"
                _write(
                    solution / "wrong" / file, render(base, mistake=Path(file).stem, header=header)
                )
            for path, text in stubs(load_lab(exercise), root / "solutions"):
                _write(path, text)
            undo.pop_all()
    except OSError as error:
        raise _unwritten(name, error) from error
    return folders


def _unwritten(name: str, error: OSError) -> UsageError:
    return UsageError(
        say("{name} cannot be written: {error}.", name=name, error=error),
        say("Fix that; nothing of the lab was left behind."),
    )


def checks(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the template and the text of the checks of a new lab, for each of PAIRINGS.

    A checkout without templates yields nothing.
    """
    templates = _environment(root / "bpf_templates")
    for hook, output in PAIRINGS if (root / "bpf_templates").is_dir() else ():
        render = _renderer(templates, "lab0", "0", hook, output, next(iter(calls(hook))))
        yield f"bpf_templates/lab/{OUTPUTS[output]}", render("checks.py")


def samples(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the solutions of a new lab, for each of PAIRINGS."""
    templates = _environment(root / "bpf_templates")
    for hook, output in PAIRINGS if (root / "bpf_templates" / "lab").is_dir() else ():
        render = _renderer(templates, "lab0", "0", hook, output, next(iter(calls(hook))))
        for file in ("program.c", "script.py"):
            yield f"bpf_templates/lab/{hook}, {output}: {file}", render(file)


def _mistakes(hook: str) -> Iterator[tuple[str, str, str]]:
    """Yield the wrong answers of a new lab: file, what is wrong, and which tasks that loses."""
    yield "reports_twice.c", "Reports each call twice.", "2 fail"
    yield "reports_too_much.c", "Reports another call as well.", "3 fail"
    yield "prints_nothing.py", "Reads what the program reports, and keeps it.", "4 fail, 5 blocked"
    yield "traceback_on_ctrl_c.py", "Ends on Ctrl-C with a traceback.", "5 fail"
    if hook in ("lsm", "xdp"):
        yield "forbids.c", "Forbids each call.", "2 error, 3 blocked, 4 blocked, 5 blocked"


def _environment(templates: Path) -> jinja2.Environment:
    environment = open_templates(templates)
    environment.filters["wrapped"] = _wrapped
    environment.filters["listed"] = lambda words, last: (
        f"{', '.join(words[:-1])} {last} {words[-1]}"
    )
    return environment


def _renderer(
    environment: jinja2.Environment, name: str, number: str, hook: str, output: str, call: str
) -> Callable[..., str]:
    from grader.evidence.workload import DECOYS

    values = {
        "lab": name,
        "n": number,
        "hook": hook,
        "output": output,
        "call": call,
        "call_fr": "paquet" if call in PACKET else call,
        "named": f'say("{call}")' if call in PACKET else f'"{call}"',
        "topic": {"en": "packets", "fr": "paquets"} if call in PACKET else {"en": call, "fr": call},
        "out_file": f"lab/{OUTPUTS[output]}",
        "program": f"{call}.c",
        "script": f"{call}.py",
        "decoys": [decoy for decoy in DECOYS if decoy != call],
        "decoy": "unlink" if call == "rmdir" else "rmdir",
        "try_it": calls(hook)[call],
        "mistake": "",
        "header": (),
    }

    def render(template: str, **more: object) -> str:
        return environment.get_template(f"lab/{template}.j2").render(values | more)

    return render


def _wrapped(text: str) -> str:
    """Wrap paragraphs, and items of lists, in lines of up to 99 characters."""
    parts = re.split(r"(\n\n|\n(?=- ))", text.strip())
    lines = (
        part
        if part.startswith("\n")
        else textwrap.fill(
            # In French a space stands before these, at which no line is broken.
            re.sub(r" (?=[:;?!](?: |$))", _HELD, " ".join(part.split())),
            99,
            subsequent_indent="  " if part.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in parts
    )
    return "".join(lines).replace(_HELD, " ") + "\n"


def _write(path: Path, text: str) -> None:
    put(path, text.encode())
