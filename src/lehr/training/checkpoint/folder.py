"""One checkpoint, a folder: how it is written, and how it is read."""

import json
import os
import shutil
import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from lehr.training.checkpoint import catalog, files, manifest, tensors
from lehr.training.checkpoint.catalog import STAGE
from lehr.training.checkpoint.codec import decode, encode
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
)
from lehr.training.checkpoint.manifest import Manifest, read_manifest


class Part(NamedTuple):
    """A part of a state, taken apart: JSON-able data, and the tensors it refers to."""

    data: Any
    tensors: dict[str, Tensor]


def take_apart(state: Mapping[str, Any]) -> dict[str, Part]:
    """Return the parts of a state, none of which shares plain data with it.

    Raises:
        TypeError: something in it is neither plain data nor a tensor that can be saved.
    """
    parts = {name: Part(*encode(tree)) for name, tree in state.items()}
    for part in parts.values():
        tensors.require_plain(part.tensors)
    return parts


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
    about = Manifest(run, serial, updates, epochs, metrics, {})
    return write_parts(target, take_apart(state), about)


def write_parts(
    target: Path, parts: Mapping[str, Part], about: Manifest, *, pinned: bool = False
) -> Manifest:
    """Write the parts of a state; return the manifest, with what they are."""
    stage = target.parent / f"{STAGE}{target.name}-{os.getpid()}-{time.time_ns()}"
    try:
        stage.mkdir()
        records = {}
        for name, part in parts.items():
            text = json.dumps(part.data, allow_nan=False).encode()
            records[f"{name}.json"] = files.write(stage / f"{name}.json", [text])
            table = f"{name}.safetensors"
            chunks = tensors.chunks_of(part.tensors)
            records[table] = files.write(stage / table, chunks)
        if pinned:
            files.write(stage / catalog.KEEP, [])
        versions = {"torch": str(torch.__version__)}
        finite = tensors.all_finite(_weights(parts))
        made = replace(about, files=records, versions=versions, finite=finite)
        files.write(stage / manifest.NAME, [made.to_bytes()])
        files.sync_folder(stage)
        stage.rename(target)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    files.sync_folder(target.parent)
    return made


def _weights(parts: Mapping[str, Part]) -> Iterable[Tensor]:
    """Return the model's tensors, or all where there is no such part."""
    chosen = [parts["model"]] if "model" in parts else list(parts.values())
    return (tensor for part in chosen for tensor in part.tensors.values())


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
        CheckpointVersionError: a newer version wrote it.
    """
    if not path.is_dir():
        raise CheckpointNotFoundError(f"there is no checkpoint at {path}")
    about = read_manifest(path)
    if strangers := catalog.strangers(path, about):
        raise CheckpointCorruptError(path, f"{strangers} does not belong to it")
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
