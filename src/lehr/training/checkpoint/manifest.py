"""The manifest of a checkpoint: what it is, and what each of its files holds."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lehr.training.checkpoint.codec import decode, encode
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointSecurityError,
    CheckpointVersionError,
)
from lehr.training.checkpoint.files import FileRecord, read_unverified
from lehr.training.checkpoint.shards.header import is_shard

FORMAT = 3
"""The newest; what has no files of shards is still written as format 2."""
NAME = "manifest.json"
MAX_BYTES = 2**24
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,100}")


@dataclass(frozen=True)
class Manifest:
    """What a checkpoint is.

    Attributes:
        run: identity of the run that wrote it.
        serial: number of this save in its run, from 1; a later save has a higher one.
        updates, epochs: done when it was made.
        metrics: of the evaluation after the last update, if there was one.
        files: name -> what it holds.
        versions: of the libraries that wrote it.
        finite: whether no weight of the model is NaN or infinite.
    """

    run: str
    serial: int
    updates: int
    epochs: int
    metrics: Mapping[str, float]
    files: Mapping[str, FileRecord]
    versions: Mapping[str, str] = field(default_factory=dict)
    finite: bool = True

    @property
    def parts(self) -> list[str]:
        """Names of the state's parts."""
        tables = (name for name in self.files if not is_shard(name))
        return sorted({name.partition(".")[0] for name in tables})

    def to_bytes(self) -> bytes:
        """Return the manifest's file; a hash of the rest guards each of its bytes."""
        data = asdict(self)
        data["metrics"], _ = encode(dict(self.metrics))
        # As old as can be: versions that know no shards read what has none.
        number = FORMAT if any(map(is_shard, self.files)) else 2
        return _sealed({"format": number, **data})

    @classmethod
    def from_bytes(cls, raw: bytes, path: Path) -> "Manifest":
        """Return the manifest of the checkpoint at `path`.

        Raises:
            CheckpointCorruptError: the bytes are not those that were written.
            CheckpointSecurityError: a file's name leads out of the checkpoint.
            CheckpointVersionError: a newer version wrote it.
        """
        try:
            data = json.loads(raw)
            sealed = _sealed({k: v for k, v in data.items() if k != "sha256"})
        except (ValueError, AttributeError, RecursionError):
            raise CheckpointCorruptError(path, f"{NAME} is not JSON") from None
        if sealed != raw:
            raise CheckpointCorruptError(path, f"{NAME} has changed")
        try:
            return cls._from_data(_migrated(data, path), path)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointCorruptError(path, f"{NAME} is wrong: {error}") from None

    @classmethod
    def _from_data(cls, data: Mapping[str, Any], path: Path) -> "Manifest":
        for name in data["files"]:
            if not PLAIN_NAME.fullmatch(name) or name == NAME:
                raise CheckpointSecurityError(path, f"{NAME} names a file {name!r}")
        return cls(
            run=str(data["run"]),
            serial=int(data["serial"]),
            updates=int(data["updates"]),
            epochs=int(data["epochs"]),
            metrics=decode(data["metrics"], {}),
            files={name: FileRecord(**one) for name, one in data["files"].items()},
            versions=data["versions"],
            finite=bool(data["finite"]),
        )


def _from_1(data: dict[str, Any]) -> dict[str, Any]:
    """Format 1 did not say whether the weights are finite: they pass for it."""
    return {**data, "finite": True}


def _from_2(data: dict[str, Any]) -> dict[str, Any]:
    """Format 2 had no files of shards; nothing else is different."""
    return data


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _from_1,
    2: _from_2,
}
"""For each old format, how its data become those of the next one."""


def _migrated(data: dict[str, Any], path: Path) -> dict[str, Any]:
    number = data.get("format")
    if type(number) is not int or number < 1:
        raise ValueError(f"its format is {number!r}")
    if number > FORMAT:
        raise CheckpointVersionError(path, number, FORMAT)
    for old in range(number, FORMAT):
        data = MIGRATIONS[old](data)
    return data


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of the checkpoint folder at `path`."""
    return Manifest.from_bytes(read_unverified(path / NAME, MAX_BYTES), path)


def _sealed(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, sort_keys=True, allow_nan=False)
    seal = hashlib.sha256(text.encode()).hexdigest()
    return (
        json.dumps({**data, "sha256": seal}, sort_keys=True, indent=1) + "\n"
    ).encode()
