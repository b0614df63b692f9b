"""One checkpoint, a folder: how it is written, and how it is read."""

import json
import os
import shutil
import time
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lehr.training.checkpoint import files, manifest, tensors
from lehr.training.checkpoint.codec import decode, encode
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
)
from lehr.training.checkpoint.manifest import Manifest, read_manifest

STAGE = ".stage-"


def write_checkpoint(
    target: Path,
    state: Mapping[str, Any],
    *,
    run: str,
    serial: int,
    updates: int,
    epochs: int,
    metrics: Mapping[str, float],
) -> Manifest:
    """Write a checkpoint folder at `target`, which must not exist.

    Staged beside it, every file durable, the manifest last; then renamed.
    """
    stage = target.parent / f"{STAGE}{target.name}-{os.getpid()}-{time.time_ns()}"
    try:
        stage.mkdir()
        records = {}
        for part, tree in state.items():
            data, table = encode(tree)
            text = json.dumps(data, allow_nan=False).encode()
            records[f"{part}.json"] = files.write(stage / f"{part}.json", [text])
            name = f"{part}.safetensors"
            records[name] = files.write(stage / name, tensors.chunks_of(table))
        versions = {"torch": str(torch.__version__)}
        made = Manifest(run, serial, updates, epochs, metrics, records, versions)
        files.write(stage / manifest.NAME, [made.to_bytes()])
        files.sync_folder(stage)
        stage.rename(target)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    files.sync_folder(target.parent)
    return made


def load_model(path: str | Path, model: nn.Module) -> None:
    """Give a model the weights in a checkpoint, once they are verified.

    Raises:
        CheckpointNotFoundError, CheckpointCorruptError: as `read_checkpoint`.
        RuntimeError: the weights are those of another architecture.
    """
    model.load_state_dict(read_checkpoint(Path(path), only=("model",))["model"])


def read_checkpoint(path: Path, only: Container[str] | None = None) -> dict[str, Any]:
    """Return the state in a checkpoint folder, once every byte of it is verified.

    Args:
        path: of the folder.
        only: the parts to read; None reads all.

    Raises:
        CheckpointNotFoundError: there is no such folder.
        CheckpointCorruptError: a byte is not as it was written, or a file too many.
    """
    if not path.is_dir():
        raise CheckpointNotFoundError(f"there is no checkpoint at {path}")
    about = read_manifest(path)
    strangers = {one.name for one in path.iterdir()} - {manifest.NAME, *about.files}
    if strangers:
        raise CheckpointCorruptError(path, f"{sorted(strangers)} does not belong to it")
    state = {}
    for part in sorted({name.partition(".")[0] for name in about.files}):
        if only is not None and part not in only:
            continue
        needed = (f"{part}.json", f"{part}.safetensors")
        if any(name not in about.files for name in needed):
            raise CheckpointSecurityError(path, f"its files are not those of {part!r}")
        text, table = (files.read(path / n, about.files[n]) for n in needed)
        try:
            state[part] = decode(json.loads(text), tensors.tensors_from(table))
        except (ValueError, TypeError, RecursionError) as error:
            raise CheckpointCorruptError(path, f"{part}: {error}") from None
    return state
