"""One save into the folder of a run: its name and number, its bytes, then rotation."""

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lehr.training.checkpoint import catalog, files
from lehr.training.checkpoint.catalog import STAGE, Entry
from lehr.training.checkpoint.errors import CheckpointCorruptError, CheckpointWriteError
from lehr.training.checkpoint.folder import Part, write_parts
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.retention import Retention
from lehr.training.checkpoint.shards import Held, ShardedSave

RUN_FILE = "run.json"


@dataclass(frozen=True)
class Save:
    """What is known of a checkpoint before it is written.

    Attributes:
        target: its folder, which does not exist.
        about: its manifest, without what only the writing tells.
        retention: which of the run's checkpoints stay; None drops none.
        keep: whether it is marked to be kept for ever.
    """

    target: Path
    about: Manifest
    retention: Retention | None
    keep: bool

    def write_together(self, save: ShardedSave, held: Held, *, first: bool) -> Entry:
        """Write what a rank holds; on the first rank, number it before, rotate after.

        Raises:
            CheckpointWriteError: the disk refused, here or on another rank.
        """
        entries: list[Entry] = []
        about = self.about
        if first:
            try:
                entries, _ = catalog.entries(self.target.parent)
                number, run = _next_serial(entries), _run_of(self.target.parent)
                about = replace(about, run=run, serial=number)
            except BaseException as error:
                save.abandon()  # the others would wait for it
                if isinstance(error, OSError):
                    raise CheckpointWriteError(self.target, error) from error
                raise
        entry = Entry(save.target, save.write(held, about, pinned=self.keep))
        if first and self.retention is not None:
            _rotate([*entries, entry], self.retention)
        return entry

    def write(self, parts: Mapping[str, Part]) -> Entry:
        """Write it and rotate; this may run beside the training.

        Raises:
            CheckpointWriteError: the disk refused; nothing of it is left.
        """
        folder = self.target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            entries, _ = catalog.entries(folder)
            number, run = _next_serial(entries), _run_of(folder)
            named = replace(self.about, run=run, serial=number)
            made = write_parts(self.target, parts, named, pinned=self.keep)
        except OSError as error:
            raise CheckpointWriteError(self.target, error) from error
        entry = Entry(self.target, made)
        if self.retention is not None:
            _rotate([*entries, entry], self.retention)
        return entry


def free_name(folder: Path, updates: int) -> Path:
    """Return where a checkpoint after so many updates goes."""
    target = folder / catalog.name_of(updates)
    if not os.path.lexists(target):
        return target
    number = _next_serial(catalog.entries(folder)[0])
    while os.path.lexists(numbered := target.with_name(f"{target.name}-{number}")):
        number += 1
    return numbered


def _run_of(folder: Path) -> str:
    """Return the identity of the run, made with its first checkpoint."""
    path = folder / RUN_FILE
    try:
        return str(json.loads(path.read_bytes())["run"])
    except FileNotFoundError:
        run = uuid.uuid4().hex
    except (ValueError, KeyError, TypeError):
        raise CheckpointCorruptError(
            path, "it does not hold the run's identity; remove it to go on"
        ) from None
    stage = folder / f"{STAGE}{RUN_FILE}-{os.getpid()}"
    stage.unlink(missing_ok=True)
    files.write(stage, [json.dumps({"run": run}).encode()])
    stage.rename(path)
    return run


def _next_serial(entries: list[Entry]) -> int:
    return max((entry.serial for entry in entries), default=0) + 1


def _rotate(entries: list[Entry], retention: Retention) -> None:
    """Drop what is not kept of the run that the last of the entries belongs to."""
    mine = [one for one in entries if one.manifest.run == entries[-1].manifest.run]
    kept = retention.kept(mine)
    for entry in mine:
        if entry.serial not in kept:
            catalog.drop(entry)
