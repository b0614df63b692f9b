"""A tree of plain data and tensors <-> JSON data beside a flat table of tensors.

JSON has no tuples, no keys but strings, no NaN: those are written as an object with one
key that begins with a dollar sign. Nothing but plain data and tensors goes in, so
nothing else can come out.
"""

import math
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    Tensors = dict[str, Tensor]


def encode(tree: Any) -> "tuple[Any, Tensors]":
    """Return JSON-able data that refers to tensors, and the tensors by name.

    Raises:
        TypeError: something in the tree is neither plain data nor a tensor.

    >>> import torch
    >>> data, tensors = encode({"step": (1, float("inf")), "w": torch.ones(2)})
    >>> data
    {'step': {'$tuple': [1, {'$float': 'inf'}]}, 'w': {'$tensor': 'w'}}
    >>> decode(data, tensors)
    {'step': (1, inf), 'w': tensor([1., 1.])}
    """
    tensors: Tensors = {}
    return _encode(tree, (), tensors), tensors


def _encode(value: Any, path: tuple[str, ...], tensors: "Tensors") -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if _is_tensor(value):
        return {"$tensor": _add(value, path, tensors)}
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        number = float(value)
        return number if math.isfinite(number) else {"$float": repr(number)}
    if isinstance(value, Mapping):
        return _encode_mapping(value, path, tensors)
    if isinstance(value, list | tuple):
        items = [_encode(v, (*path, str(i)), tensors) for i, v in enumerate(value)]
        return {"$tuple": items} if isinstance(value, tuple) else items
    raise TypeError(
        f"a checkpoint holds plain data and tensors; {'.'.join(path) or 'the state'} "
        f"is a {type(value).__module__}.{type(value).__qualname__}"
    )


def _encode_mapping(
    value: Mapping[Any, Any], path: tuple[str, ...], tensors: "Tensors"
) -> Any:
    plain = all(isinstance(k, str) and not k.startswith("$") for k in value)
    if plain and not isinstance(value, Counter):
        return {k: _encode(v, (*path, k), tensors) for k, v in value.items()}
    pairs = [
        [_encode(k, path, tensors), _encode(v, (*path, str(k)), tensors)]
        for k, v in value.items()
    ]
    return {"$counter" if isinstance(value, Counter) else "$dict": pairs}


def _is_tensor(value: Any) -> bool:
    """Tell a tensor without loading torch: where it is not, there is none."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _add(tensor: "Tensor", path: tuple[str, ...], tensors: "Tensors") -> str:
    name = base = ".".join(path) or "tensor"
    number = 1
    while name in tensors:  # keys with dots may meet: ("a.b", "c") and ("a", "b.c")
        number += 1
        name = f"{base}#{number}"
    tensors[name] = tensor
    return name


def decode(data: Any, tensors: "Mapping[str, Tensor]") -> Any:
    """Return the tree that `encode` took apart.

    Raises:
        ValueError: the data is not what `encode` writes, or lacks a tensor.
    """
    if isinstance(data, list):
        return [decode(item, tensors) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        [(key, value)] = data.items()
        if key.startswith("$"):
            return _decode_special(key, value, tensors)
    return {key: decode(value, tensors) for key, value in data.items()}


def _decode_special(key: str, value: Any, tensors: "Mapping[str, Tensor]") -> Any:
    if key == "$tensor":
        if value not in tensors:
            raise ValueError(f"tensor {value!r} is missing")
        return tensors[value]
    if key == "$float" and value in ("nan", "inf", "-inf"):
        return float(value)
    if key == "$tuple" and isinstance(value, list):
        return tuple(decode(item, tensors) for item in value)
    if key in ("$dict", "$counter") and isinstance(value, list):
        pairs = {decode(k, tensors): decode(v, tensors) for k, v in value}
        return Counter(pairs) if key == "$counter" else pairs
    raise ValueError(f"unknown entry {key!r}")
