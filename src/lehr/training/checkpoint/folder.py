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
from lehr.training.checkpoint.files import FileRecord
from lehr.training.checkpoint.manifest import Manifest, read_manifest
from lehr.training.checkpoint.shards.header import is_shard
from lehr.training.checkpoint.shards.held import is_spread
from lehr.training.checkpoint.shards.ranks import Ranks
from lehr.training.checkpoint.shards.reading import Templates, read_sharded
from lehr.training.checkpoint.shards.templates import templates_for


class Part(NamedTuple):
    """A part of a state, taken apart: JSON-able data, and the tensors it refers to."""

    data: Any
    tensors: dict[str, Tensor]


def take_apart(state: Mapping[str, Any]) -> dict[str, Part]:
    """Return the parts of a state, none of which shares plain data with it.

    Raises:
        TypeError: something in it is neither plain data nor a tensor that can be saved.
        ValueError: a part has the name of a file of shards.
    """
    if taken := [name for name in state if is_shard(f"{name}.safetensors")]:
        raise ValueError(f"no part may be named as files of shards are: {taken[0]!r}")
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
    for part in parts.values():
        for key, tensor in part.tensors.items():
            if is_spread(tensor):
                raise TypeError(
                    f"tensor {key!r} is spread over ranks: all of them have "
                    "to write it together, by `write_sharded`"
                )
    stage = target.parent / f"{STAGE}{target.name}-{os.getpid()}-{time.time_ns()}"
    try:
        stage.mkdir()
        records = write_tables(stage, parts)
        finite = tensors.all_finite(_weights(parts))
        return commit(stage, target, about, records, finite=finite, pinned=pinned)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def write_tables(stage: Path, parts: Mapping[str, Part]) -> dict[str, FileRecord]:
    """Write the data and the tensors of each part, durable; return what they are."""
    records = {}
    for name, part in parts.items():
        text = json.dumps(part.data, allow_nan=False).encode()
        records[f"{name}.json"] = files.write(stage / f"{name}.json", [text])
        table = f"{name}.safetensors"
        chunks = tensors.chunks_of(part.tensors)
        records[table] = files.write(stage / table, chunks)
    return records


def commit(
    stage: Path,
    target: Path,
    about: Manifest,
    records: Mapping[str, FileRecord],
    *,
    finite: bool,
    pinned: bool,
) -> Manifest:
    """Write the manifest of a stage in which all else is, and give it its name."""
    if pinned:
        files.write(stage / catalog.KEEP, [])
    versions = {"torch": str(torch.__version__)}
    made = replace(about, files=dict(records), versions=versions, finite=finite)
    files.write(stage / manifest.NAME, [made.to_bytes()])
    files.sync_folder(stage)
    stage.rename(target)
    files.sync_folder(target.parent)
    return made


def _weights(parts: Mapping[str, Part]) -> Iterable[Tensor]:
    """Return the model's tensors, or all where there is no such part."""
    chosen = [parts["model"]] if "model" in parts else list(parts.values())
    return (tensor for part in chosen for tensor in part.tensors.values())


def _odd_names(about: Manifest) -> str:
    """Return the files of a manifest that a checkpoint never has."""
    own = {name for name in about.files if not is_shard(name)}
    parts = {name.removesuffix(".json") for name in own if name.endswith(".json")}
    known = {f"{part}{end}" for part in parts for end in (".json", ".safetensors")}
    return ", ".join(sorted(own - known))


def load_model(path: str | Path, model: nn.Module) -> None:
    """Give a model the weights in a checkpoint, once they are verified.

    Raises:
        CheckpointNotFoundError, CheckpointCorruptError: as `read_checkpoint`.
        RuntimeError: the weights are those of another architecture.
    """
    templates = None
    if any(is_spread(tensor) for tensor in model.state_dict().values()):
        templates = templates_for(model)
    state = read_checkpoint(Path(path), only=("model",), templates=templates)
    model.load_state_dict(state["model"])


def read_checkpoint(
    path: Path,
    only: Container[str] | None = None,
    *,
    templates: Templates | None = None,
    ranks: Ranks | None = None,
) -> dict[str, Any]:
    """Return the state in a checkpoint folder, once every byte of it is verified.

    Args:
        path: of the folder.
        only: the parts to read; None reads all.
        templates: what to put tensors into, as for `read_sharded`; None makes plain
            ones, whole, wherever the state was spread when it was saved.
        ranks: all that read it now, as for `read_sharded`.

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
    if odd := _odd_names(about):
        raise CheckpointCorruptError(path, f"no part of a state is kept in {odd}")
    if templates is not None or ranks is not None or any(map(is_shard, about.files)):
        return read_sharded(path, templates, only=only, ranks=ranks)
    state = {}
    for part in about.parts:
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
