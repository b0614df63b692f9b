"""The kinds of logs: which one a file or a folder is, and how it is read."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

from lehr.importing.curves.columns import Columns, of_records
from lehr.importing.errors import CannotImport

_STORE = "run.sqlite"
_INSIDE = (_STORE, "trainer_state.json", "metrics.csv", "metrics.jsonl", "log.csv")
_PROCESSING = "tensorboard.backend.event_processing"
_EVENTS = "*tfevents*"


def columns_of(path: Path, step: str | None) -> Columns:
    """Return the columns of a log.

    Raises:
        CannotImport: it is of no kind that is known, or holds nothing.
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _of_folder(path, step)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if "tfevents" in path.name:
        return _of_events(path)
    ending = path.suffix.lower()
    if ending == ".sqlite":
        return _of_store(path)
    if ending in (".csv", ".tsv", ".txt"):
        return of_records(_rows(path), str(path), step)
    if ending in (".jsonl", ".ndjson"):
        return of_records(_lines(path), str(path), step)
    if ending == ".json":
        return _of_json(path, step)
    raise CannotImport(
        f"{str(path)!r} is no log that is known by its name; known: .csv, .tsv, "
        ".jsonl, .json, run.sqlite, TensorBoard's event files"
    )


def _of_folder(path: Path, step: str | None) -> Columns:
    """Return the log in a folder; of checkpoints, the last one's."""
    for name in _INSIDE:
        if (path / name).is_file():
            return columns_of(path / name, step)
    if any(path.glob(_EVENTS)):
        return _of_events(path)
    states = sorted(path.glob("checkpoint-*/trainer_state.json"), key=_number_of)
    if states:
        return columns_of(states[-1], step)
    raise CannotImport(
        f"{str(path)!r} has no log that is known by its name: none of "
        f"{', '.join(_INSIDE)}, no event file, no checkpoint of transformers"
    )


def _number_of(state: Path) -> int:
    found = re.search(r"\d+$", state.parent.name)
    return int(found[0]) if found else -1


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        head = file.readline()
        file.seek(0)
        delimiter = max(",\t;", key=head.count)
        yield from csv.DictReader(file, delimiter=delimiter)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                raise CannotImport(
                    f"{path}:{number} is no JSON: {line[:40]!r}"
                ) from None
            if isinstance(record, dict):
                yield record


def _of_json(path: Path, step: str | None) -> Columns:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise CannotImport(f"{path} is no JSON: {error}") from None
    if isinstance(data, dict) and isinstance(data.get("log_history"), list):
        return of_records(_of_list(data["log_history"]), str(path), step, first=1)
    if isinstance(data, list):
        return of_records(_of_list(data), str(path), step)
    raise CannotImport(
        f"{path} has neither a log_history, as a trainer_state.json has, nor a list of "
        "records"
    )


def _of_list(records: list[Any]) -> list[dict[str, Any]]:
    return [record for record in records if isinstance(record, dict)]


def _of_store(path: Path) -> Columns:
    """Return what a run of lehr's has logged."""
    columns: dict[str, list[tuple[float, float]]] = {}
    query = 'SELECT name, "update", value FROM metrics WHERE value IS NOT NULL'
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            for name, update, value in database.execute(query):
                if isinstance(value, int | float):
                    columns.setdefault(name, []).append((update, float(value)))
    except sqlite3.Error as error:
        raise CannotImport(f"{path} is no run of lehr's: {error}") from None
    return Columns(str(path), columns)


def _of_events(path: Path) -> Columns:
    """Return the scalars of TensorBoard's event files, by its own reader."""
    try:
        reading = import_module(f"{_PROCESSING}.event_accumulator")
        tensor_util = import_module("tensorboard.util.tensor_util")
    except ImportError:
        raise ImportError(
            "event files need TensorBoard: pip install 'lehr[tensorboard]'"
        ) from None
    everything = {reading.SCALARS: 0, reading.TENSORS: 0}
    log = reading.EventAccumulator(str(path), size_guidance=everything)
    log.Reload()
    tags = log.Tags()
    columns = {
        tag: [(event.step, event.value) for event in log.Scalars(tag)]
        for tag in tags["scalars"]
    }
    for tag in tags["tensors"]:
        values = [
            (event.step, tensor_util.make_ndarray(event.tensor_proto))
            for event in log.Tensors(tag)
        ]
        if all(value.shape == () and value.dtype.kind == "f" for _, value in values):
            columns[tag] = [(at, float(value)) for at, value in values]
    return Columns(str(path), columns)
