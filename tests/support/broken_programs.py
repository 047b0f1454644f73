"""Programs that the tools refuse, each with what a student is told of it, in both languages.

tests/broken/E23_no_null_check.c is for entry E23 of the catalogue; beside it, E23_no_null_check.txt
has what is printed. Its header may name a hook, else it is a tracepoint; and an entry that it is
`not:` for, though it makes a like message: there the message has another reason. Those in
tests/broken/recorded/, scripts among them, were refused elsewhere: the header says by which Linux
and BCC, and unit/logs has what these said.
"""

from __future__ import annotations

from pathlib import Path

from grader.base.errors import LabebpfError
from grader.report.terminal import describe
from grader.verdict.classify import finding_of
from grader.verdict.record import Finding, TaskResult

FOLDER = Path(__file__).parents[1] / "broken"
PROGRAMS = sorted(FOLDER.glob("*.c"))
WARNED = sorted(FOLDER.glob("warned/*.c"))
"""Programs that the kernel loads, and that clang warns of."""
ELSEWHERE = sorted([*FOLDER.glob("recorded/*.c"), *FOLDER.glob("recorded/*.py")])
RECORDED = "6.18/0.26"
"""The Linux and the BCC that refused them when they were written."""
LOGS = Path(__file__).parents[1] / "unit" / "logs"


def entry_of(program: Path) -> str:
    """Return the id of the entry that `program` is for."""
    return program.stem.partition("_")[0]


def recorded() -> list[tuple[str, str, str]]:
    """Return (Linux/BCC, id of an entry, log) of each refusal that was recorded elsewhere."""
    return [
        (where_of(path), heading.split()[0], log)
        for path in sorted(LOGS.glob("seen_*.txt"))
        for heading, log in parts_of(path)
    ]


def where_of(path: Path) -> str:
    """Read Linux/BCC from the name of a file of logs."""
    linux, bcc = path.stem.partition("_linux")[2].split("_bcc")
    return f"{linux}/{bcc}".replace("_", ".")


def parts_of(path: Path) -> list[tuple[str, str]]:
    """Return the headings of a file of logs, each with what stands below it."""
    parts = path.read_text(encoding="utf-8").split("=== ")[1:]
    return [(heading, log) for heading, _, log in (part.partition("\n") for part in parts)]


def printed(error: LabebpfError, source: bytes, log: str = "") -> str:
    """Return what a student is told, the log left out, in English and in French."""
    told = {lang: finding_of(error, source, lang, log).cleaned() for lang in ("en", "fr")}
    return "".join(f"[{lang}]\n{_printed(finding, lang)}\n" for lang, finding in told.items())


def _printed(finding: Finding, lang: str) -> str:
    task = TaskResult(
        id="0.0",
        title="",
        status=finding.status,
        points=0,
        max_points=1,
        why=finding.why,
        cause=finding.cause,
        remedy=finding.remedy,
        file=finding.file,
        line=finding.line,
        excerpt=finding.excerpt,
    )
    return "\n".join(line.plain for line in describe(task, lang))
