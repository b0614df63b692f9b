"""What `lehr checkpoint` tells of checkpoints: as data, and as text."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lehr.cli.usage import UsageError
from lehr.plotting.console import terminal_width
from lehr.training.checkpoint import catalog
from lehr.training.checkpoint.catalog import Entry
from lehr.training.checkpoint.errors import CheckpointError
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.shards.header import is_shard, read_header
from lehr.training.checkpoint.verification import size_of

_UNITS = ("B", "kB", "MB", "GB", "TB")


def readable(size: int) -> str:
    """Return a number of bytes with a unit.

    >>> readable(999), readable(1_234_567)
    ('999 B', '1.2 MB')
    """
    number, unit = float(size), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{size} B" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


def listing(folder: str, paths: Sequence[Path]) -> dict[str, Any]:
    """Return the facts of the checkpoints in a folder, oldest first, damaged last."""
    entries, damaged = list[Entry](), list[dict[str, str]]()
    for path in paths:
        try:
            entries.append(catalog.read_entry(path))
        except CheckpointError as error:
            problem = getattr(error, "reason", str(error))
            damaged.append({"path": str(path), "problem": problem})
    entries.sort(key=lambda entry: entry.serial)
    rows = [_facts(entry) for entry in entries]
    return {"folder": folder, "checkpoints": rows, "damaged": damaged}


def _facts(entry: Entry) -> dict[str, Any]:
    about = entry.manifest
    return {
        "path": str(entry.path),
        "run": about.run,
        "serial": about.serial,
        "updates": about.updates,
        "epochs": about.epochs,
        "bytes": size_of(entry.path, about),
        "finite": about.finite,
        "keep": entry.pinned,
        "metrics": {
            name: value if math.isfinite(value) else None
            for name, value in about.metrics.items()
        },
    }


def report(listed: Mapping[str, Any]) -> str:
    """Return a table of a listing, as wide as the terminal at most."""
    rows, damaged = listed["checkpoints"], listed["damaged"]
    table = [["", "updates", "epochs", "size", "metrics"]]
    for row in rows:
        marks = ["KEEP"] * row["keep"] + ["not finite"] * (not row["finite"])
        words = [*marks, *_metrics(row["metrics"])]
        name = Path(row["path"]).name
        done = f"{row['updates']:,}", f"{row['epochs']:,}"
        table.append([name, *done, readable(row["bytes"]), "  ".join(words)])
    size = readable(sum(row["bytes"] for row in rows))
    number = len(rows) + len(damaged)
    lines = [f"{listed['folder']}: {number} checkpoint{'s' * (number != 1)}, {size}"]
    wide = [max(len(row[column]) for row in table) for column in range(4)]
    for name, *numbers, rest in table if rows else []:
        cells = (f"{n:>{w}}" for n, w in zip(numbers, wide[1:], strict=True))
        lines.append(_cut(f"  {name:<{wide[0]}}  {'  '.join(cells)}  {rest}".rstrip()))
    for one in damaged:
        lines.append(f"  {Path(one['path']).name}  DAMAGED: {one['problem']}")
    return "\n".join(lines)


def about(path: Path) -> dict[str, Any]:
    """Return all that the manifest of a checkpoint says, and what its tensors are.

    Raises:
        UsageError: the manifest is damaged, or of a newer version.
    """
    try:
        entry = catalog.read_entry(path)
    except CheckpointError as error:
        raise UsageError(str(error)) from None
    files = {
        name: {"bytes": record.bytes, "sha256": record.sha256}
        for name, record in sorted(entry.manifest.files.items())
    }
    return {
        **_facts(entry),
        "versions": dict(entry.manifest.versions),
        "shards": sum(map(is_shard, files)),
        "tensors": _tensors(path, entry.manifest),
        "replanned": list(_replanned(_plain(path / "state.json"))),
        "files": files,
    }


def screen(facts: Mapping[str, Any]) -> str:
    """Return the facts of one checkpoint as text."""
    lines = [
        facts["path"],
        f"  run       {facts['run'] or '(saved by hand)'}, save {facts['serial']}",
        f"  done      {facts['updates']:,} updates, {facts['epochs']:,} epochs",
        f"  size      {readable(facts['bytes'])}",
        f"  weights   {'finite' if facts['finite'] else 'NOT FINITE'}",
        f"  marked    {'to be kept' if facts['keep'] else 'no'}",
        f"  metrics   {'  '.join(_metrics(facts['metrics'])) or 'none'}",
        f"  versions  {'  '.join(f'{k} {v}' for k, v in facts['versions'].items())}",
    ]
    for one in facts["replanned"]:
        what = ", ".join(dict.fromkeys(change["field"] for change in one["changes"]))
        at = f"at update {one['at']['updates']:,}"
        lines.append(_cut(f"  replanned {at}: {one['policy']} of {what}"))
    if count := facts["shards"]:
        lines.append(f"  shards    in {count} file{'s' * (count != 1)}")
    for part, table in facts["tensors"].items():
        kinds = ", ".join(f"{n:,} of {kind}" for kind, n in table["numbers"].items())
        lines.append(f"  {part:<9} {table['tensors']:,} tensors: {kinds or 'empty'}")
    wide = max(map(len, facts["files"]), default=0)
    for name, one in facts["files"].items():
        size = readable(one["bytes"])
        lines.append(f"  {name:<{wide}}  {size:>8}  sha256 {one['sha256'][:16]}...")
    return "\n".join(lines)


def _plain(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError):  # not verified: what cannot be read tells nothing
        return None


def _replanned(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield what was done to the schedules on the way, as their states have it."""
    if not isinstance(tree, Mapping):
        return
    if "fingerprint" in tree and "position" in tree:
        yield from tree.get("history", ())
        return
    for inner in tree.values():
        yield from _replanned(inner)


def _tensors(path: Path, about: Manifest) -> dict[str, Any]:
    """Return how many tensors each part has, and numbers by type.

    It is not verified: what cannot be read counts as nothing.
    """
    names: dict[str, set[str]] = {part: set() for part in about.parts}
    numbers: dict[str, Counter[str]] = {part: Counter() for part in about.parts}
    for file in filter(lambda name: name.endswith(".safetensors"), about.files):
        try:
            pieces = read_header(path / file)
        except CheckpointError:
            continue
        for piece in pieces:
            part = (piece.name if is_shard(file) else file).replace(".", "/")
            part = part.partition("/")[0]
            if part in names:  # whoever wrote the file may have made up others
                names[part].add(piece.name)
                numbers[part][piece.dtype] += math.prod(piece.sizes)
    return {
        part: {"tensors": len(found), "numbers": dict(numbers[part])}
        for part, found in names.items()
    }


def _metrics(metrics: Mapping[str, float | None]) -> list[str]:
    losses_first = sorted(metrics.items(), key=lambda item: "loss" not in item[0])
    return [
        f"{name}={'nan' if value is None else format(value, '.4g')}"
        for name, value in losses_first
    ]


def _cut(line: str) -> str:
    width = terminal_width()
    return line if len(line) <= width else line[: width - 3] + "..."
