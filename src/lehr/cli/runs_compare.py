"""`lehr runs compare` and `export`: runs beside each other, and as files."""

import csv
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lehr.cli.runs_text import shown
from lehr.cli.usage import UsageError
from lehr.training.loggers.stored import StoredRun

ENDINGS = (".csv", ".jsonl", ".json")


def settings_of(one: StoredRun) -> dict[str, Any]:
    """Return the settings of a run by path; none where its store has no document."""
    from lehr.config.documents import parse_document
    from lehr.config.errors import ConfigError

    try:
        data = parse_document(one.config or "{}", source=str(one.path)).data
    except ConfigError:
        return {}
    return dict(_leaves(data, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def comparison(runs: Sequence[StoredRun]) -> dict[str, Any]:
    """Return what differs between runs, and what each came to, as plain data."""
    settings = [settings_of(one) for one in runs]
    paths = list(dict.fromkeys(path for one in settings for path in one))
    differing = {
        path: [one.get(path) for one in settings]
        for path in paths
        if len({repr(one.get(path)) for one in settings}) > 1
    }
    lasts = [one.last() for one in runs]
    names = list(dict.fromkeys(name for last in lasts for name in last))
    return {
        "runs": [str(one.path.parent) for one in runs],
        "status": [one.status for one in runs],
        "updates": [one.updates for one in runs],
        "settings": differing,
        "best": [
            {"metric": best.metric, "value": best.value, "update": best.update}
            if (best := one.best)
            else None
            for one in runs
        ],
        "last": {name: [last.get(name) for last in lasts] for name in names},
    }


def rows_of(found: dict[str, Any], names: Sequence[str]) -> list[list[str]]:
    """Return a comparison as rows of a table, one column per run."""
    count = len(names)
    rows = [["", *names]]
    rows.append(["status", *found["status"]])
    rows.append(["updates", *(f"{n:,}" for n in found["updates"])])
    best = [shown(one and one["value"]) for one in found["best"]]
    if any(found["best"]):
        metric = next(one["metric"] for one in found["best"] if one)
        rows.append([f"best {metric}", *best])
    rows += [
        [f"last {name}", *map(shown, values)]
        for name, values in found["last"].items()
        if name not in ("epoch", "update")
    ]
    rows += [[path, *map(shown, values)] for path, values in found["settings"].items()]
    return [row for row in rows if len(row) == count + 1]


def export(one: StoredRun, file: Path | None) -> int:
    """Write all that a run logged, a row for each update that has something.

    Args:
        one: the run.
        file: .csv, .jsonl or .json; None is CSV on standard output.

    Returns:
        the number of rows.

    Raises:
        UsageError: the ending is none of these.
        OSError: the file cannot be written.
    """
    ending = ".csv" if file is None else file.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(
            f"{ending or 'no ending'} is not a format to export to",
            f"known: {', '.join(ENDINGS)}",
        )
    rows = list(_rows(one))
    if file is None:
        _write(rows, ending, one.names, sys.stdout)
    else:
        with file.open("w", encoding="utf-8", newline="") as opened:
            _write(rows, ending, one.names, opened)
    return len(rows)


def _rows(one: StoredRun) -> Iterator[dict[str, Any]]:
    """Yield what was logged, update by update."""
    table: dict[int, dict[str, Any]] = {}
    for name in one.names:
        for update, value in zip(*one.column(name), strict=True):
            lost = isinstance(value, float) and not math.isfinite(value)
            table.setdefault(update, {})[name] = None if lost else value
    for update in sorted(table):
        yield {**table[update], "update": update}


def _write(
    rows: Sequence[dict[str, Any]], ending: str, names: Sequence[str], out: Any
) -> None:
    columns = ["update", *(name for name in names if name != "update")]
    if ending == ".csv":
        writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return
    ordered = [{name: row[name] for name in columns if name in row} for row in rows]
    if ending == ".json":
        json.dump(ordered, out, indent=1)
        out.write("\n")
        return
    for row in ordered:
        out.write(json.dumps(row) + "\n")
