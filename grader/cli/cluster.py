"""Where a class is graded: this machine's slots, or a scheduler's workers; and those themselves."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from grader.base.errors import UsageError
from grader.base.messages import Message, say
from grader.labs import Course, Lab
from grader.ui.localized_click import Command

if TYPE_CHECKING:
    from grader.classroom.connection import Certificates
    from grader.classroom.pool import Pool

_PORT = 8786
"""The port at which a scheduler of Dask is looked for, if no other is given."""
_MIB_A_SLOT = 1024
_NATIVE_SLOTS = 2
"""One is judged, and one starts: what it waits for is the kernel (bench/class.py)."""
_R = TypeVar("_R")

_TLS = click.option(
    "--tls",
    metavar=say("DIR"),
    type=click.Path(path_type=Path),
    help=say("Folder with ca.pem, cert.pem and key.pem: see docs/cluster.md."),
)
_INSECURE = click.option(
    "--insecure", is_flag=True, help=say("Do without TLS, even across machines.")
)


@dataclass(frozen=True)
class Where:
    """What the options say of where hand-ins are graded."""

    jobs: int | None
    scheduler: str
    tls: Path | None
    insecure: bool


def where(command: Callable[..., _R]) -> Callable[..., _R]:
    """Give a command the options for where it grades, as one `Where`."""

    @click.option(
        "-j",
        "jobs",
        metavar=say("N"),
        type=click.IntRange(1),
        help=say(
            "Grade so many at a time in machines (default: 1). Natively one is judged at a time, "
            "while the next one starts."
        ),
    )
    @click.option(
        "--scheduler",
        metavar=say("URL"),
        default="",
        help=say("Grade on the workers of the scheduler at URL, such as tls://host:8786."),
    )
    @_TLS
    @_INSECURE
    @wraps(command)
    def with_where(
        *args: object,
        jobs: int | None,
        scheduler: str,
        tls: Path | None,
        insecure: bool,
        **others: object,
    ) -> _R:
        return command(*args, where=Where(jobs, scheduler, tls, insecure), **others)

    return with_where


@contextmanager
def pool(
    where: Where,
    course: Course,
    lab: Lab,
    private: Path | None,
    kernel: str,
    tell: Callable[[Message], object],
) -> Iterator[Pool]:
    """Give the pool that `where` names, which grades `lab` on `kernel`."""
    if where.scheduler:
        certificates = _certificates(where.scheduler, where.tls, insecure=where.insecure)
        from grader.classroom.cluster_pool import ClusterPool
        from grader.classroom.connection import connect
        from grader.classroom.worker import Preparation, pack

        with connect(where.scheduler, certificates) as client:
            preparation = Preparation(pack(course, lab, private, kernel))
            yield ClusterPool(client, preparation, tell)
        return
    from concurrent.futures import ThreadPoolExecutor

    from grader.classroom.pool import Gradings, LocalPool

    slots = where.jobs or (_NATIVE_SLOTS if kernel == "native" else 1)
    with ThreadPoolExecutor(slots) as executor:
        yield LocalPool(executor, Gradings(course.folder, private), slots)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ModuleNotFoundError as error:
        raise UsageError(
            say("Other machines are reached with {name}, which is not installed.", name=error.name),
            say("Run this through ./labebpf, or install labebpf[cluster]."),
        ) from error


def _certificates(url: str, folder: Path | None, *, insecure: bool) -> Certificates | None:
    """Read the certificates for `url`; None where it needs none. Raises UsageError."""
    _require_dask()
    from grader.classroom.connection import Certificates, check_url

    check_url(url, insecure=insecure)
    if not url.startswith("tls:"):
        return None
    if folder is None:
        raise UsageError(
            say("{url} is reached with certificates.", url=url),
            say("Name their folder: --tls DIR"),
        )
    return Certificates.of(folder)


@click.command(
    cls=Command,
    help=say(
        "Start the scheduler that hands a class's hand-ins to workers on other machines.\n"
        "\n"
        "It keeps nothing: it can be started anew at any moment."
    ),
)
@click.option(
    "--host",
    metavar=say("HOST"),
    default="",
    help=say("The address that it listens at; without TLS this machine's alone."),
)
@click.option(
    "--port", metavar=say("PORT"), type=click.IntRange(0, 65535), default=_PORT, show_default=True
)
@_TLS
@_INSECURE
def scheduler(host: str, port: int, tls: Path | None, insecure: bool) -> None:
    host = host or ("0.0.0.0" if tls else "127.0.0.1")
    url = f"{'tls' if tls else 'tcp'}://{host}:{port}"
    certificates = _certificates(url, tls, insecure=insecure)
    from grader.classroom import cluster_pool

    settings = {
        "ALLOWED_FAILURES": str(cluster_pool.ALLOWED_FAILURES),
        "WORKER_TTL": f"{cluster_pool.WORKER_TTL_SECONDS}s",
    }
    for name, value in settings.items():
        os.environ.setdefault(f"DASK_DISTRIBUTED__SCHEDULER__{name}", value)
    _become_dask("scheduler", f"--host={url}", *(certificates.flags() if certificates else []))


@click.command(
    cls=Command,
    help=say(
        "Grade what the scheduler at URL hands over, until it ends or Ctrl-C.\n"
        "\n"
        "This machine needs the same labebpf as the one that asks, and the same kernel's image."
    ),
)
@click.argument("url", metavar=say("URL"))
@click.option(
    "--slots",
    metavar=say("N"),
    type=click.IntRange(1),
    help=say("Grade so many at a time: as many as this machine has room for, if none is given."),
)
@_TLS
@_INSECURE
def worker(url: str, slots: int | None, tls: Path | None, insecure: bool) -> None:
    certificates = _certificates(url, tls, insecure=insecure)
    _become_dask(
        "worker",
        url,
        f"--nthreads={slots or _slots()}",
        "--nworkers=1",
        "--memory-limit=0",  # A machine's memory is not the worker's.
        f"--local-directory={tempfile.gettempdir()}",
        *(certificates.flags() if certificates else []),
    )


def _slots() -> int:
    """Return how many machines have room here: 2 cores and 1 GiB for each, and 1 GiB to spare."""
    mib = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores // 2, mib // _MIB_A_SLOT - 1))


def _become_dask(what: str, *arguments: str) -> NoReturn:
    program = [sys.executable, "-I", "-m", f"distributed.cli.dask_{what}"]
    program += ["--no-dashboard", "--dashboard-address=127.0.0.1:0"]
    os.execv(program[0], [*program, *arguments])
