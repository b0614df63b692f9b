"""A model's weights alone, in one file that is there whole or not at all."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from lehr.training.checkpoint import files, read_checkpoint, tensors

SUFFIX = ".safetensors"


def save_weights(model: nn.Module, path: str | Path) -> Path:
    """Write the weights of a model to a safetensors file; return its path.

    The file is written beside its place, made durable, and then renamed, so that one
    that was there is replaced by a whole one. Folders on the way are made. Weights that
    are shared stand in the file under each of their names.

    Args:
        model: all tensors of its `state_dict` are written, buffers too.
        path: must end in ".safetensors".

    Raises:
        ValueError: the path ends otherwise.
        TypeError: the model's state holds something else than dense tensors.

    >>> import tempfile, torch
    >>> from lehr.training import load_weights
    >>> model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_weights(model, Path(folder, "model.safetensors"))
    ...     report = load_weights(other, path)
    >>> torch.equal(model.weight, other.weight), report.loaded
    (True, ('bias', 'weight'))
    """
    return write_weights(model.state_dict(), Path(path))


def export_weights(checkpoint: str | Path, path: str | Path) -> Path:
    """Write the weights in a checkpoint to a safetensors file; return its path.

    Args:
        checkpoint: its folder; every byte that is read is verified.
        path: as for `save_weights`.

    Raises:
        ValueError: the path ends otherwise, or the checkpoint holds no model.
        TypeError: as for `save_weights`.
        CheckpointCorruptError, CheckpointNotFoundError: as `read_checkpoint`.

    >>> import tempfile, torch
    >>> from lehr.training import CheckpointStore, load_weights
    >>> model = nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = CheckpointStore(folder)
    ...     entry = store.save({"model": model.state_dict()}, updates=1)
    ...     path = export_weights(entry.path, Path(folder, "model.safetensors"))
    ...     load_weights(nn.Linear(2, 1), path).loaded
    ('bias', 'weight')
    """
    return write_weights(read_weights(Path(checkpoint)), Path(path))


def read_weights(checkpoint: Path) -> dict[str, Any]:
    """Return the state of the model in a checkpoint, verified.

    Raises:
        ValueError: the checkpoint holds no model.
        CheckpointCorruptError, CheckpointNotFoundError: as `read_checkpoint`.
    """
    state = read_checkpoint(checkpoint, only=("model",))
    if "model" not in state:
        raise ValueError(f"{checkpoint} is a checkpoint without a model")
    return dict(state["model"])


def write_weights(state: Mapping[str, Any], path: Path) -> Path:
    """Write what a model's `state_dict` gave; all as `save_weights` does."""
    if path.suffix != SUFFIX:
        raise ValueError(f"path must end in {SUFFIX}, got {str(path)!r}")
    if other := [name for name, one in state.items() if not isinstance(one, Tensor)]:
        raise TypeError(
            f"a file of weights holds tensors only, and {', '.join(other)} is none; "
            "save a checkpoint instead"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = path.with_name(f".{path.name}-{os.getpid()}-{time.time_ns()}")
    try:
        files.write(stage, tensors.chunks_of(state))
        stage.replace(path)
    except BaseException:
        stage.unlink(missing_ok=True)
        raise
    files.sync_folder(path.parent)
    return path
