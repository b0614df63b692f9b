"""What is in a batch: inputs, target, and the number of samples."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from lehr.training.errors import EmptyDataError

TARGET_KEYS = ("target", "targets", "label", "labels")


def size_of(batch: Any) -> int:
    """Return the number of samples: the first dimension of the first tensor.

    Raises:
        EmptyDataError: it is 0, and there is no mean over no samples.
        TypeError: there is no tensor in the batch.

    >>> size_of((torch.zeros(5, 3), torch.zeros(5)))
    5
    """
    if isinstance(batch, Tensor):
        return _length_of(batch)
    parts = _parts(batch)
    for part in parts:
        if isinstance(part, Tensor):
            return _length_of(part)
    for part in parts:
        if isinstance(part, Mapping | tuple | list):
            return size_of(part)
    raise TypeError(
        f"a batch must be a tensor, or a tuple, list or mapping that holds one, "
        f"got {type(batch).__name__}"
    )


def _length_of(tensor: Tensor) -> int:
    size = tensor.shape[0] if tensor.ndim else 1
    if not size:
        raise EmptyDataError(
            f"a batch holds no sample: its first tensor has shape "
            f"{tuple(tensor.shape)}; leave out batches without samples"
        )
    return size


def _parts(batch: Any) -> Iterable[Any]:
    if isinstance(batch, (tuple, list)):
        return batch
    return batch.values() if isinstance(batch, Mapping) else ()


def to_device(batch: Any, device: torch.device) -> Any:
    """Return the batch, which comes from the CPU, with all its tensors on `device`."""
    if device.type == "cpu":
        return batch
    return _moved(batch, device)


def _moved(batch: Any, device: torch.device) -> Any:
    if isinstance(batch, Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        return {name: _moved(part, device) for name, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(_moved(part, device) for part in batch))
    if isinstance(batch, tuple | list):
        return type(batch)(_moved(part, device) for part in batch)
    return batch


def inputs_and_target(batch: Any) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
    """Split a batch into positional inputs, named inputs, and the target or None.

    The target of a tuple or list of two or more is its last item; that of a mapping
    has one of the names `target`, `targets`, `label`, `labels`.

    >>> inputs_and_target(("a", "b", "y"))
    (('a', 'b'), {}, 'y')
    >>> inputs_and_target({"x": 1, "label": 2})
    ((), {'x': 1}, 2)
    """
    if isinstance(batch, Mapping):
        found = [key for key in TARGET_KEYS if key in batch]
        named = {str(k): v for k, v in batch.items() if k not in found[:1]}
        return (), named, batch[found[0]] if found else None
    if isinstance(batch, tuple | list):
        if len(batch) > 1:
            return tuple(batch[:-1]), {}, batch[-1]
        return tuple(batch), {}, None
    return (batch,), {}, None
