"""The store of a run: all its records in one SQLite file."""

import contextlib
import os
import socket
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from lehr.training.loggers.background import BackgroundLogger
from lehr.training.loggers.base import Record, Status

FILE = "run.sqlite"
"""Its name in the folder of a run."""

LAYOUT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    id TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL,
    status TEXT NOT NULL, config TEXT NOT NULL, lehr TEXT, torch TEXT,
    monitor TEXT, mode TEXT, total_updates INTEGER, host TEXT, pid INTEGER
);
CREATE TABLE IF NOT EXISTS name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS value (
    name INTEGER NOT NULL, "update" INTEGER NOT NULL, value,
    PRIMARY KEY (name, "update")
) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS metrics AS
    SELECT "update", name.name, value FROM value JOIN name ON name.id = value.name;
"""


class RunStore(BackgroundLogger):
    """Keeps a run in one SQLite file, which others may read while it is written.

    Records are written twice a second by a thread, and before each checkpoint; `log`
    takes less than a microsecond. A name has one value per update; a second one
    replaces it. Numbers are kept as they are, NaN and infinities too; so are texts.

    The file is read by `read_run`, by `lehr runs`, or by any tool for SQLite: the view
    `metrics` has the columns `update`, `name` and `value`, where NaN is NULL.

    Args:
        path: the file, or a folder for a `run.sqlite`.
        config: a text that tells how the run was configured, kept beside it.

    Raises:
        ValueError: on opening: a newer lehr has written the file.
        sqlite3.Error: on opening or later: the file is none of SQLite's, or cannot be
            written.

    >>> import tempfile
    >>> from lehr.training import read_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = RunStore(folder)
    ...     store.open(updates=0)
    ...     for update in range(3):
    ...         store.log({"update": update, "loss": 1 / (update + 1)})
    ...     store.open(updates=2)  # resumed after 2 updates: the third will come again
    ...     store.close()
    ...     read_run(folder).column("loss")
    ([0, 1], [1.0, 0.5])
    """

    def __init__(self, path: str | Path, config: str = "") -> None:
        super().__init__()
        path = Path(path)
        self.path = path / FILE if path.is_dir() or not path.suffix else path
        self.config = config
        self._facts: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._database: sqlite3.Connection | None = None

    def describe(self, facts: Mapping[str, Any]) -> None:
        """Take note of what is monitored, and how many updates are planned."""
        names = ("monitor", "mode", "total_updates")
        self._facts = {name: facts.get(name) for name in names}

    def finish(self, status: Status) -> None:
        """Note how the run ended."""
        self.flush()
        with self._writing, self._connected() as database:
            _set(database, {"status": status})

    def _begin(self, updates: int) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(self.path, check_same_thread=False)
        try:
            with self._database as database:
                self._prepare(database)
                self._forget(database, updates)
        except BaseException:
            self._end()
            raise

    def _prepare(self, database: sqlite3.Connection) -> None:
        # A commit does not wait for the disk: only a loss of power, not of the process,
        # can take the last ones away.
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL")
        [layout] = database.execute("PRAGMA user_version").fetchone()
        if layout > LAYOUT:
            raise ValueError(
                f"{self.path} was written by a newer lehr (layout {layout}, this one "
                f"knows {LAYOUT}); update lehr, or choose another folder"
            )
        database.executescript(f"{_SCHEMA} PRAGMA user_version={LAYOUT}")

    def _forget(self, database: sqlite3.Connection, updates: int) -> None:
        """Drop what will be written again; describe the run as it is now."""
        database.execute(
            'DELETE FROM value WHERE name IN (SELECT id FROM name) AND "update" >= ?',
            (updates,),
        )
        if updates == 0:
            database.execute("DELETE FROM run")
            database.execute("DELETE FROM name")
        if database.execute("SELECT 1 FROM run").fetchone() is None:
            born = (uuid.uuid4().hex, _now(), _now(), "running", "")
            columns = "(id, created, changed, status, config)"
            database.execute(f"INSERT INTO run {columns} VALUES (?, ?, ?, ?, ?)", born)
        _set(
            database,
            {
                **self._facts,
                "status": "running",
                "changed": _now(),
                "lehr": _version("lehr"),
                "torch": _version("torch"),
                "host": socket.gethostname(),
                "pid": os.getpid(),
                **({"config": self.config} if self.config else {}),
            },
        )
        self._numbers = dict(database.execute("SELECT name, id FROM name"))

    def _write(self, records: Sequence[Record]) -> None:
        with self._connected() as database:
            rows = [
                (self._number_of(name), update, _plain(value))
                for record in records
                for update in (int(record["update"]),)
                for name, value in record.items()
                if name != "update" and value is not None
            ]
            database.executemany("INSERT OR REPLACE INTO value VALUES (?, ?, ?)", rows)
            _set(database, {"changed": _now()})

    def _number_of(self, name: str) -> int:
        if name not in self._numbers:
            database = self._connected()
            database.execute("INSERT OR IGNORE INTO name (name) VALUES (?)", (name,))
            found = database.execute("SELECT id FROM name WHERE name = ?", (name,))
            [self._numbers[name]] = found.fetchone()
        return self._numbers[name]

    def _connected(self) -> sqlite3.Connection:
        if self._database is None:
            raise ValueError(f"{self!r} is not open: call open(updates) first")
        return self._database

    def _end(self) -> None:
        if self._database is None:
            return
        database, self._database = self._database, None
        with contextlib.closing(database), contextlib.suppress(sqlite3.Error):
            # One plain file is left, which needs no folder that can be written; unless
            # somebody reads it just now.
            database.executescript(
                "PRAGMA busy_timeout=100; PRAGMA journal_mode=DELETE"
            )

    def __repr__(self) -> str:
        return f"RunStore({str(self.path)!r})"


def _set(database: sqlite3.Connection, columns: Mapping[str, Any]) -> None:
    names = ", ".join(f"{name} = :{name}" for name in columns)
    database.execute(f"UPDATE run SET {names}", dict(columns))


def _plain(value: Any) -> Any:
    """Return what SQLite can hold; it takes NaN for NULL, and back again."""
    if isinstance(value, float | str):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else float(value)
    if hasattr(value, "item"):
        return _plain(value.item())
    return str(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
