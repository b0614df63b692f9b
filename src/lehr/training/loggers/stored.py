"""Read runs back, while they are trained or later; this loads no torch."""

import json
import math
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, Self
from urllib.parse import quote

from lehr.training.loggers.jsonl import read_json_lines
from lehr.training.loggers.store import FILE, LAYOUT
from lehr.training.result import Best, is_better
from lehr.training.run_folder import RunFolder

Column = tuple[list[int], list[Any]]
"""Updates, and the value of each."""

DEPTH = 3
"""How many folders deep runs are looked for."""

_COLUMNS = (
    *("id", "created", "changed", "status", "config", "lehr", "torch"),
    *("monitor", "mode", "total_updates", "host", "pid"),
)
_SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Records(Protocol):
    """Where the records of a run are read from."""

    def lasts(self) -> dict[str, int]:
        """Return the names, each with its last update."""

    def column(self, name: str) -> Column:
        """Return all that is under a name."""


@dataclass(frozen=True)
class StoredRun:
    """A run as it stands in its folder.

    Attributes:
        path: the file of the records.
        name: that of the folder.
        status: "running", "finished", "interrupted" (saved, to be resumed), "failed",
            or "killed": it says that it is running, but its process is gone.
            "unfinished" where there is no store to tell.
        created, changed: when it was begun, and when last written to.
        config: how it was configured, as a text.
        lehr, torch: their versions.
        monitor, mode: what makes the best evaluation.
        total_updates: as planned, if that was known.
    """

    path: Path
    name: str
    status: str
    created: datetime
    changed: datetime
    config: str = ""
    lehr: str | None = None
    torch: str | None = None
    monitor: str = "val_loss"
    mode: Literal["min", "max"] = "min"
    total_updates: int | None = None
    id: str | None = None
    _records: Records = field(repr=False, kw_only=True)

    @property
    def names(self) -> tuple[str, ...]:
        """What was logged, in the order of coming."""
        return tuple(self._records.lasts())

    @property
    def updates(self) -> int:
        """How many updates were done, by the last record."""
        return 1 + max(self._records.lasts().values(), default=-1)

    def column(self, name: str) -> Column:
        """Return the updates at which a name was logged, and its values.

        Raises:
            ValueError: there is no such name.
        """
        if name not in self.names:
            known = ", ".join(self.names) or "nothing"
            raise ValueError(f"{self.name} has no {name!r}; it has {known}")
        return self._records.column(name)

    def last(self) -> dict[str, Any]:
        """Return the last value of each name."""
        return {name: self._records.column(name)[1][-1] for name in self.names}

    @property
    def best(self) -> Best | None:
        """The best evaluation by `monitor`, if there was one."""
        if self.monitor not in self.names:
            return None
        best: Best | None = None
        for update, value in zip(*self.column(self.monitor), strict=True):
            than = None if best is None else best.value
            if isinstance(value, float | int) and is_better(value, than, self.mode):
                best = Best(self.monitor, value, update, -1)
        return best and Best(best.metric, best.value, best.update, self._epoch_at(best))

    def _epoch_at(self, best: Best) -> int:
        epochs = self.column("epoch") if "epoch" in self.names else ([], [])
        epoch: int = dict(zip(*epochs, strict=True)).get(best.update, 0)
        return epoch


def read_run(path: str | Path) -> StoredRun:
    """Read a run from its folder or its `run.sqlite`, also while it is written.

    A folder without a store is read from its `metrics.jsonl`.

    Raises:
        FileNotFoundError: there is no run.
        ValueError: the file is damaged, or of a newer lehr.
    """
    path = Path(path)
    file = path / FILE if path.is_dir() else path
    if file.suffix == ".jsonl":
        return _read_lines(file)
    if not file.is_file():
        if (path / "metrics.jsonl").is_file():
            return _read_lines(path / "metrics.jsonl")
        raise FileNotFoundError(
            f"{path} holds no run: neither {FILE} nor metrics.jsonl"
        )
    try:
        return _read_store(file)
    except sqlite3.DatabaseError as error:
        raise ValueError(
            f"{file} cannot be read as the store of a run: {error}"
        ) from None


def find_runs(folder: str | Path, depth: int = DEPTH) -> Iterator[Path]:
    """Yield the folders that hold runs: this one, or those below, in order of name."""
    folder = Path(folder)
    if (folder / FILE).is_file() or (folder / "metrics.jsonl").is_file():
        yield folder
    elif depth:
        for below in sorted(folder.iterdir()):
            if below.is_dir() and not below.is_symlink():
                yield from find_runs(below, depth - 1)


class _Store:
    """The records in an SQLite file; each question opens it anew."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def ask(self, question: str, *values: Any) -> list[Any]:
        address = f"file:{quote(str(self.file.resolve()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(question, values).fetchall()

    def lasts(self) -> dict[str, int]:
        last = 'SELECT max("update") FROM value WHERE value.name = name.id'
        rows = self.ask(f"SELECT name, ({last}) FROM name ORDER BY id")
        return {name: update for name, update in rows if update is not None}

    def column(self, name: str) -> Column:
        rows = self.ask(
            'SELECT "update", value FROM value WHERE name = '
            '(SELECT id FROM name WHERE name = ?) ORDER BY "update"',
            name,
        )
        values = [math.nan if value is None else value for _, value in rows]
        return [update for update, _ in rows], values


def _read_store(file: Path) -> StoredRun:
    store = _Store(file)
    [[layout]] = store.ask("PRAGMA user_version")
    if layout > LAYOUT:
        raise ValueError(f"{file} was written by a newer lehr; update lehr to read it")
    rows = store.ask(f"SELECT {', '.join(_COLUMNS)} FROM run")
    if not rows:
        raise ValueError(f"{file} has no run in it")
    row: dict[str, Any] = dict(zip(_COLUMNS, rows[0], strict=True))
    row["monitor"], row["mode"] = row["monitor"] or "val_loss", row["mode"] or "min"
    host, pid = row.pop("host"), row.pop("pid")
    if row["status"] == "running" and _is_gone(host, pid):
        row["status"] = "killed"
    for when in ("created", "changed"):
        row[when] = datetime.fromisoformat(row[when])
    name = file.resolve().parent.name
    return StoredRun(path=file, name=name, **row, _records=store)


def _is_gone(host: str, pid: int) -> bool:
    """Whether a process is known to be gone: of another machine nothing is known."""
    if host != socket.gethostname():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is another user's
        return False
    return False


@dataclass(frozen=True)
class _Lines:
    """The records of a file of lines of JSON, read once."""

    columns: dict[str, Column]

    @classmethod
    def read(cls, file: Path) -> Self:
        columns: dict[str, Column] = {}
        for record in read_json_lines(file):
            update = record.pop("update")
            for name, value in record.items():
                updates, values = columns.setdefault(name, ([], []))
                updates.append(update)
                values.append(_SPECIAL.get(value, value) if value.__hash__ else value)
        return cls(columns)

    def lasts(self) -> dict[str, int]:
        return {name: updates[-1] for name, (updates, _) in self.columns.items()}

    def column(self, name: str) -> Column:
        updates, values = self.columns[name]
        return list(updates), list(values)


def _read_lines(file: Path) -> StoredRun:
    """Read a run that has no store, and what its folder tells about it."""
    folder = RunFolder(file.parent)
    try:
        records = _Lines.read(file)
    except (KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{file} holds no records: {error!r}") from None
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    facts = folder.facts if folder.exists else {"started": changed.isoformat()}
    config = folder.resolved.read_text("utf-8") if folder.resolved.is_file() else ""
    return StoredRun(
        file,
        file.resolve().parent.name,
        "finished" if folder.summary.is_file() else "unfinished",
        datetime.fromisoformat(facts["started"]),
        changed,
        config,
        facts.get("lehr"),
        facts.get("torch"),
        _records=records,
    )
