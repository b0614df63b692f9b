"""A model's weights alone, in one file that is there whole or not at all."""

import os
import time
from pathlib import Path

from torch import Tensor, nn

from lehr.training.checkpoint import files, tensors

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
    >>> model, other = nn.Linear(2, 1), nn.Linear(2, 1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_weights(model, Path(folder, "model.safetensors"))
    ...     load_weights(other, path)
    >>> torch.equal(model.weight, other.weight)
    True
    """
    path = Path(path)
    if path.suffix != SUFFIX:
        raise ValueError(f"path must end in {SUFFIX}, got {str(path)!r}")
    state = model.state_dict()
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


def load_weights(model: nn.Module, path: str | Path) -> None:
    """Give a model the weights in a file of `save_weights`, or any safetensors file.

    Raises:
        ValueError: the file is no safetensors file.
        RuntimeError: the weights are those of another architecture.
        OSError: it cannot be read.
    """
    try:
        found = tensors.tensors_from(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(f"{path} is {error}") from None
    model.load_state_dict(found)
