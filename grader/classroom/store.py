"""Keep what is known of a class: who handed in what, and each verdict, once and for good.

SQLite with one writer, a rollback journal and synchronous=FULL: what was committed is there after a
kill or a power cut (https://www.sqlite.org/atomiccommit.html). No write-ahead log: it does not work
on network disks, and before SQLite 3.51.3 it can lose commits (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from grader.base.atomic_write import put
from grader.base.errors import InfraError, UsageError
from grader.base.lock import acquire_lock
from grader.base.messages import say, translate
from grader.classroom.handin import HandIn
from grader.classroom.roster import Student
from grader.classroom.runs import MOST_TRIES, Grading, Run, Setting, Waiting, files_hash
from grader.verdict.record import Result

DATABASE = "class.db"
_SECRET = "pseudonyms.key"
_VERSION = 1
_SCHEMA = """
CREATE TABLE student (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, number TEXT NOT NULL,
    section TEXT NOT NULL, on_roster INTEGER NOT NULL);
CREATE TABLE content (
    hash TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (hash, name));
CREATE TABLE run (
    id INTEGER PRIMARY KEY, lab TEXT NOT NULL, started TEXT NOT NULL, ended TEXT NOT NULL,
    applied TEXT NOT NULL, setting TEXT NOT NULL);
CREATE TABLE grading (
    run INTEGER NOT NULL REFERENCES run(id), student TEXT NOT NULL REFERENCES student(id),
    attempt INTEGER NOT NULL, source TEXT NOT NULL, received TEXT NOT NULL, late INTEGER NOT NULL,
    hash TEXT NOT NULL, problem TEXT NOT NULL, notes TEXT NOT NULL, key TEXT NOT NULL,
    state TEXT NOT NULL, tries INTEGER NOT NULL, unstable INTEGER NOT NULL,
    result INTEGER REFERENCES result(id), PRIMARY KEY (run, student, attempt));
CREATE TABLE result (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, score INTEGER NOT NULL, max_score INTEGER NOT NULL,
    unjudged INTEGER NOT NULL, seconds REAL NOT NULL, json TEXT NOT NULL);
CREATE INDEX result_key ON result (key);
CREATE TABLE event (
    time TEXT NOT NULL, run INTEGER NOT NULL, student TEXT NOT NULL, text TEXT NOT NULL);
"""


class Store:
    """The folder in which all that is known of a class is kept; nobody else may read it."""

    def __init__(self, folder: Path, database: sqlite3.Connection, lock: int | None) -> None:
        self.folder = folder
        self._db = database
        self._lock = lock

    @classmethod
    def open(cls, folder: Path, *, write: bool) -> Store:
        """Open the store in `folder`; to `write`, which one process does at a time, make it too.

        Raises UsageError where there is none to read, InfraError where another process writes or
        the disk does not serve.
        """
        path = folder / DATABASE
        lock = None
        if write:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = acquire_lock(folder / "lock", lambda: _busy(folder))
        elif not path.is_file():
            raise _none(folder)
        # Whoever reads may have to roll back what a killed writer left half done.
        mode = "rwc" if write else "rw"
        try:
            database = sqlite3.connect(
                f"file:{path.resolve()}?mode={mode}", uri=True, isolation_level=None, timeout=10
            )
            store = cls(folder, database, lock)
            store._prepare(write=write)
        except sqlite3.Error as error:
            raise _failed(folder, error) from error
        if write:
            os.chmod(path, 0o600)
            if not (secret := folder / _SECRET).exists():
                put(secret, secrets.token_bytes(32))
                os.chmod(secret, 0o600)
        return store

    def secret(self) -> bytes:
        """Return the key by which this class's pseudonyms are made."""
        return (self.folder / _SECRET).read_bytes()

    def _prepare(self, *, write: bool) -> None:
        for pragma in ("journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise UsageError(
                say("{folder} was written by another version of labebpf.", folder=self.folder),
                say("Use that version, or give another --state."),
            )
        if not write:
            self._db.execute("PRAGMA query_only=ON")
            if version == 0:
                raise _none(self.folder)
            return
        if version == 0:
            with self._committed():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version={_VERSION}")
        # Whoever was at it is gone, since the lock is ours.
        with self._committed():
            self._db.execute(
                "UPDATE grading SET state = CASE WHEN tries >= ? THEN 'gave_up' ELSE 'waiting' END "
                "WHERE state = 'running'",
                (MOST_TRIES,),
            )

    @contextmanager
    def _committed(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            os.close(self._lock)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise _failed(self.folder, error) from error

    def begin(
        self,
        setting: Setting,
        hand_ins: Sequence[tuple[Student, HandIn]],
        everyone: Sequence[Student],
    ) -> int:
        """Write down a run of these hand-ins, all in one step; return its number.

        It is the last run, where that is of the same setting. What has a verdict under its key is
        done, what cannot be read has none, and what ended its graders too often is not tried again.
        """
        with self._committed():
            self._db.execute("UPDATE student SET on_roster = 0")
            self._db.executemany(
                "INSERT INTO student VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "name = excluded.name, email = excluded.email, number = excluded.number, "
                "section = excluded.section, on_roster = excluded.on_roster",
                [(s.id, s.name, s.email, s.number, s.section, s.on_roster) for s in everyone],
            )
            run = self._run(setting)
            for student, hand_in in hand_ins:
                self._add(run, setting, student, hand_in)
            now = {(student.id, hand_in.place.attempt) for student, hand_in in hand_ins}
            known = self._db.execute("SELECT student, attempt FROM grading WHERE run = ?", (run,))
            self._db.executemany(
                "DELETE FROM grading WHERE run = ? AND student = ? AND attempt = ?",
                [(run, *each) for each in known.fetchall() if each not in now],
            )
        return run

    def _run(self, setting: Setting) -> int:
        """Go on with the last run, or begin one."""
        last = self.last(setting.lab)
        if last is None or last.setting != setting:
            return self._begun(setting)
        self._db.execute("UPDATE run SET ended = '' WHERE id = ?", (last.id,))
        return last.id

    def _begun(self, setting: Setting) -> int:
        """Begin a run; the marks of a lab's first one count at once."""
        applied = "" if self.last(setting.lab) else _now()
        cursor = self._db.execute(
            "INSERT INTO run (lab, started, ended, applied, setting) VALUES (?, ?, '', ?, ?)",
            (setting.lab, _now(), applied, json.dumps(vars(setting))),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def last(self, lab: str) -> Run | None:
        """Return the last run of `lab`."""
        return next(reversed(self.runs(lab)), None)

    def counting(self, lab: str) -> Run | None:
        """Return the run of `lab` whose marks count: the one that was applied last."""
        applied = [run for run in self.runs(lab) if run.applied]
        return max(applied, key=lambda run: (run.applied, run.id), default=None)

    def apply(self, run: int) -> None:
        """Let the marks of a run count from now on."""
        with self._committed():
            self._db.execute("UPDATE run SET applied = ? WHERE id = ?", (_now(), run))

    def again(self, base: Run, setting: Setting, students: Collection[str]) -> int:
        """Begin a run of the hand-ins of `base`, in which those of these students wait once more.

        The others keep the verdict that they have.
        """
        with self._committed():
            run = self._begun(setting)
            self._db.execute(
                "INSERT INTO grading SELECT ?, student, attempt, source, received, late, hash, "
                "problem, notes, key, state, 0, unstable, result FROM grading WHERE run = ?",
                (run, base.id),
            )
            rows = self._db.execute(
                "SELECT student, attempt, hash FROM grading WHERE run = ? AND hash != ''", (run,)
            )
            self._db.executemany(
                "UPDATE grading SET key = ?, state = 'waiting', unstable = 0, result = NULL "
                "WHERE run = ? AND student = ? AND attempt = ?",
                [
                    (setting.key(hashed), run, student, attempt)
                    for student, attempt, hashed in rows.fetchall()
                    if student in students
                ],
            )
        return run

    def forget(self, student: str) -> bool:
        """Remove all that is known of a student; return whether anything was.

        A verdict that they share with others, who handed in the same, stays theirs.
        """
        with self._committed():
            gone = self._db.execute("DELETE FROM grading WHERE student = ?", (student,)).rowcount
            gone += self._db.execute("DELETE FROM student WHERE id = ?", (student,)).rowcount
            self._db.execute("DELETE FROM event WHERE student = ?", (student,))
            self._db.execute("DELETE FROM result WHERE key NOT IN (SELECT key FROM grading)")
            self._db.execute("DELETE FROM content WHERE hash NOT IN (SELECT hash FROM grading)")
            kept = {key for (key,) in self._db.execute("SELECT key FROM grading")}
        for record in self.folder.glob("results/*/*"):
            # Also what a writer left that was killed before its row was there.
            if record.name.partition("-")[0] not in kept:
                record.unlink()
        self._db.execute("VACUUM")  # Or the pages with it stay in the file.
        return gone > 0

    def _record(self, key: str, number: int) -> Path:
        return self.folder / "results" / key[:2] / f"{key}-{number}.json"

    def _add(self, run: int, setting: Setting, student: Student, hand_in: HandIn) -> None:
        hashed = files_hash(hand_in.files)
        key = setting.key(hashed) if hashed else ""
        state, result = "waiting" if hashed else "unreadable", None
        judged = "SELECT MAX(id) FROM result WHERE key = ? AND unjudged = 0"
        if key:
            (result,) = self._db.execute(judged, (key,)).fetchone()
            state = "done" if result else "waiting"
        self._db.executemany(
            "INSERT OR IGNORE INTO content VALUES (?, ?, ?)",
            [(hashed, name, data) for name, data in hand_in.files.items()],
        )
        place, told = hand_in.place, partial(translate, lang=setting.lang)
        notes = json.dumps([told(note) for note in hand_in.notes])
        self._db.execute(
            "INSERT INTO grading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?) "
            "ON CONFLICT (run, student, attempt) DO UPDATE SET source = excluded.source, "
            "received = excluded.received, late = excluded.late, problem = excluded.problem, "
            "notes = excluded.notes",
            (
                *(run, student.id, place.attempt, place.prefixes[0], place.received, place.late),
                *(hashed, told(hand_in.problem), notes, key, state, result),
            ),
        )
        # What is known of other files says nothing of these.
        self._db.execute(
            "UPDATE grading SET hash = ?, key = ?, state = ?, result = ?, tries = 0, unstable = 0 "
            "WHERE run = ? AND student = ? AND attempt = ? AND key != ?",
            (hashed, key, state, result, run, student.id, place.attempt, key),
        )

    def runs(self, lab: str = "") -> list[Run]:
        """Return all runs, or those of `lab`, the first one first."""
        rows = self._db.execute("SELECT id, setting, started, ended, applied FROM run ORDER BY id")
        runs = [Run(id, Setting(**json.loads(told)), *times) for id, told, *times in rows]
        return [run for run in runs if lab in ("", run.setting.lab)]

    def gradings(self, run: int) -> list[Grading]:
        """Return the hand-ins of a run in the order of their students' names and attempts."""
        rows = self._db.execute(
            "SELECT s.id, s.name, s.email, s.number, s.section, s.on_roster, g.attempt, g.source, "
            "g.received, g.late, g.hash, g.problem, g.notes, g.key, g.state, g.tries, g.unstable, "
            "r.json FROM grading g JOIN student s ON s.id = g.student "
            "LEFT JOIN result r ON r.id = g.result WHERE g.run = ? "
            "ORDER BY s.name, s.id, g.attempt",
            (run,),
        )
        return [_grading(row) for row in rows]

    def students(self) -> list[Student]:
        """Return everybody who is known."""
        rows = self._db.execute(
            "SELECT id, name, email, number, section, on_roster FROM student ORDER BY name, id"
        )
        return [_student(row) for row in rows]

    def roster(self) -> list[Student]:
        """Return those on the roster that was given last."""
        return [student for student in self.students() if student.on_roster]

    def waiting(self, run: int) -> list[Waiting]:
        """Return each verdict that a run waits for, once; what was tried least comes first."""
        rows = self._db.execute(
            "SELECT key, hash, MAX(tries) FROM grading WHERE run = ? AND state = 'waiting' "
            "GROUP BY key ORDER BY MAX(tries), MIN(rowid)",
            (run,),
        )
        return [Waiting(*row) for row in rows]

    def files(self, hashed: str) -> dict[str, bytes]:
        """Return the files that were taken under this hash."""
        return dict(self._db.execute("SELECT name, data FROM content WHERE hash = ?", (hashed,)))

    def start(self, run: int, key: str) -> None:
        """Write down that a grading starts: before it does, so that its tries are counted."""
        with self._committed():
            self._db.execute(
                "UPDATE grading SET state = 'running', tries = tries + 1 WHERE run = ? AND key = ?",
                (run, key),
            )

    def put_back(self, run: int, key: str, why: str) -> Waiting | None:
        """Write down that a grading came to no verdict; return it if it is tried again."""
        with self._committed():
            self._db.execute(
                "UPDATE grading SET state = CASE WHEN tries >= ? THEN 'gave_up' ELSE 'waiting' END "
                "WHERE run = ? AND key = ?",
                (MOST_TRIES, run, key),
            )
            self._db.execute("INSERT INTO event VALUES (?, ?, '', ?)", (_now(), run, why))
        return next((each for each in self.waiting(run) if each.key == key), None)

    def release(self, run: int, key: str) -> None:
        """Write down that a grading was ended by who asked for it: that is no try."""
        with self._committed():
            self._db.execute(
                "UPDATE grading SET state = 'waiting', tries = tries - 1 "
                "WHERE run = ? AND key = ? AND state = 'running'",
                (run, key),
            )

    def finish(self, run: int, key: str, result: Result, *, unstable: bool = False) -> None:
        """Keep a verdict, for all hand-ins of the run with this key.

        Earlier ones stay, for the runs in which they were reached.
        """
        text = result.to_json()
        with self._committed():
            cursor = self._db.execute(
                "INSERT INTO result (key, score, max_score, unjudged, seconds, json) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (key, result.score, result.max_score, result.unjudged, result.seconds, text),
            )
            number = cursor.lastrowid
            assert number is not None
            # Before the row is there: from the records, all else can be made anew.
            record = self._record(key, number)
            record.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(record, text.encode())
            self._db.execute(
                "UPDATE grading SET state = 'done', result = ?, unstable = ? "
                "WHERE run = ? AND key = ? AND state IN ('waiting', 'running', 'done')",
                (number, unstable, run, key),
            )

    def end(self, run: int) -> None:
        """Write down that nothing of a run is left to do."""
        with self._committed():
            self._db.execute("UPDATE run SET ended = ? WHERE id = ?", (_now(), run))


def _student(row: Sequence[Any]) -> Student:
    id, name, email, number, section, on_roster = row
    return Student(id, name, email, number, section, bool(on_roster))


def _grading(row: Sequence[Any]) -> Grading:
    attempt, source, received, late, hashed, problem, notes, key, state, tries, unstable = row[6:17]
    return Grading(
        student=_student(row[:6]),
        attempt=attempt,
        source=source,
        received=received,
        late=bool(late),
        hash=hashed,
        problem=problem,
        notes=tuple(json.loads(notes)),
        key=key,
        state=state,
        tries=tries,
        unstable=bool(unstable),
        result=Result.from_json(row[17]) if row[17] else None,
    )


def _busy(folder: Path) -> None:
    raise InfraError(
        say("Another labebpf grades the class in {folder}.", folder=folder),
        say("Wait for it, or look at it: ./labebpf class status"),
    )


def _none(folder: Path) -> UsageError:
    return UsageError(
        say("There is no class in {folder}.", folder=folder),
        say("Grade one first: ./labebpf class grade HANDINS --lab LAB"),
    )


def _failed(folder: Path, error: sqlite3.Error) -> InfraError:
    return InfraError(
        say(
            "The class in {folder} could not be read or written: {error}.",
            folder=folder,
            error=error,
        ),
        say("See whether its disk is full or read-only and whose it is, then call this again."),
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
