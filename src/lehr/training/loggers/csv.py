"""Records as rows of a CSV file."""

import csv
import os
from pathlib import Path
from typing import Any, TextIO

from lehr.training.loggers.base import Logger, Record


class Csv(Logger):
    """One row per record; a name that was not there before adds a column.

    Adding one rewrites the file, beside the old one and then in its place.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._columns: list[str] = []
        self._file: TextIO | None = None

    def open(self, updates: int) -> None:
        """Open the file, without the rows that are not before `updates`."""
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        columns, rows = self._read()
        self._rewrite(columns, [r for r in rows if _update_of(r, updates) < updates])

    def log(self, record: Record) -> None:
        """Append a row."""
        if self._file is None:
            self.open(int(record["update"]))
        if new := [name for name in record if name not in self._columns]:
            columns, rows = self._read()
            self._rewrite([*columns, *new], rows)
        if self._file is not None:
            csv.DictWriter(self._file, self._columns).writerow(record)
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __repr__(self) -> str:
        return f"Csv({str(self.path)!r})"

    def _read(self) -> tuple[list[str], list[dict[str, Any]]]:
        if not self.path.exists():
            return [], []
        with self.path.open(newline="") as file:
            reader = csv.DictReader(file)
            return list(reader.fieldnames or []), list(reader)

    def _rewrite(self, columns: list[str], rows: list[dict[str, Any]]) -> None:
        self.close()
        stage = self.path.with_name(f".{self.path.name}.new")
        with stage.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        os.replace(stage, self.path)
        self._columns = columns
        self._file = self.path.open("a", newline="")


def _update_of(row: Record, otherwise: int) -> int:
    """Return the update of a row; `otherwise` for one that is only half there."""
    try:
        return int(row["update"])
    except (KeyError, TypeError, ValueError):
        return otherwise
