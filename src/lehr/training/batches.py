"""What is in a batch: inputs, target, and the number of samples."""

import copy
import dataclasses
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

import torch
from torch import Tensor

from lehr.training.errors import EmptyDataError

TARGET_KEYS = ("target", "targets", "label", "labels")
IGNORED = -100
"""A target that no loss counts, as in torch's cross entropy."""


def size_of(batch: Any) -> int:
    """Return the number of samples: the first dimension of the first tensor.

    Raises:
        EmptyDataError: it is 0, and there is no mean over no samples.
        TypeError: there is no tensor in the batch.

    >>> size_of((torch.zeros(5, 3), torch.zeros(5)))
    5
    """
    if isinstance(batch, (tuple, list)) and batch and isinstance(batch[0], Tensor):
        return _length_of(batch[0])  # by far the commonest: the short way
    if isinstance(batch, Tensor):
        return _length_of(batch)
    parts = _parts(batch)
    for part in parts:
        if isinstance(part, Tensor):
            return _length_of(part)
    for part in parts:
        if isinstance(part, Mapping | tuple | list) or _is_record(part):
            return size_of(part)
    raise TypeError(
        "a batch must be a tensor, or a tuple, list, mapping or dataclass that holds "
        f"one, got {type(batch).__name__}"
    )


def _length_of(tensor: Tensor) -> int:
    shape = tensor.shape
    size = shape[0] if shape else 1
    if not size:
        raise EmptyDataError(
            f"a batch holds no sample: its first tensor has shape "
            f"{tuple(shape)}; leave out batches without samples"
        )
    return size


def tokens_of(batch: Any) -> int:
    """Return the number of tokens: those of the target that are not to be ignored.

    The target is integers of two or more dimensions; -100 marks what is ignored, as in
    torch's cross entropy.

    Raises:
        TypeError: the batch has no such target.

    >>> tokens_of((torch.zeros(2, 3), torch.tensor([[5, 1, -100], [7, -100, -100]])))
    3
    """
    *_, target = inputs_and_target(batch)
    whole = isinstance(target, Tensor) and not target.is_floating_point()
    if not whole or target.ndim < 2:
        shown = (
            f"of type {target.dtype}, shape {tuple(target.shape)}"
            if isinstance(target, Tensor)
            else repr(target)
        )
        raise TypeError(
            "tokens are counted in a target of integers of two or more dimensions, got "
            f"{shown}; pass count_tokens=..., a function of the batch"
        )
    return int((target != IGNORED).sum())


def _parts(batch: Any) -> Iterable[Any]:
    if isinstance(batch, (tuple, list)):
        return batch
    if isinstance(batch, Mapping):
        return batch.values()
    return _fields(batch).values() if _is_record(batch) else ()


def _is_record(batch: Any) -> bool:
    return dataclasses.is_dataclass(batch) and not isinstance(batch, type)


def _fields(batch: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that it is built from, by name."""
    own = dataclasses.fields(batch)
    return {one.name: getattr(batch, one.name) for one in own if one.init}


def to_device(batch: Any, device: torch.device) -> Any:
    """Return the batch, which comes from the CPU, with all its tensors on `device`."""
    if device.type == "cpu":
        return batch
    return changed(batch, lambda tensor: tensor.to(device, non_blocking=True))


def changed(batch: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """Return a batch of the same kind, with each of its tensors changed."""
    if isinstance(batch, Tensor):
        return change(batch)
    if isinstance(batch, Mapping):
        parts = {name: changed(part, change) for name, part in batch.items()}
        if type(batch) is dict or not isinstance(batch, MutableMapping):
            return parts
        kept = copy.copy(batch)
        kept.update(parts)
        return kept
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(changed(part, change) for part in batch))
    if isinstance(batch, tuple | list):
        return type(batch)(changed(part, change) for part in batch)
    if _is_record(batch):
        # Not built anew: what it was built from may not be in it, and may be slow.
        kept = copy.copy(batch)
        for one in dataclasses.fields(batch):
            if hasattr(batch, one.name):
                part = changed(getattr(batch, one.name), change)
                object.__setattr__(kept, one.name, part)
        return kept
    return batch


def inputs_and_target(batch: Any) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
    """Split a batch into positional inputs, named inputs, and the target or None.

    The target of a tuple or list of two or more is its last item; that of a mapping or
    a dataclass has one of the names `target`, `targets`, `label`, `labels`.

    >>> inputs_and_target(("a", "b", "y"))
    (('a', 'b'), {}, 'y')
    >>> inputs_and_target({"x": 1, "label": 2})
    ((), {'x': 1}, 2)
    """
    if _is_record(batch):
        batch = _fields(batch)
    if isinstance(batch, Mapping):
        found = [key for key in TARGET_KEYS if key in batch]
        named = {str(k): v for k, v in batch.items() if k not in found[:1]}
        return (), named, batch[found[0]] if found else None
    if isinstance(batch, tuple | list):
        if len(batch) > 1:
            return tuple(batch[:-1]), {}, batch[-1]
        return tuple(batch), {}, None
    return (batch,), {}, None
