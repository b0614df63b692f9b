"""The depth of each parameter, told from the numbered blocks in the names."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

Blocks = dict[str, list[str]]


def depths(names: Sequence[str], lists: Sequence[str]) -> dict[str, int]:
    """Return the depth of each parameter: 0 before the blocks, then 1, 2, ...

    What is registered after the last block is one deeper than it; what is registered
    between two blocks is as deep as the earlier one.

    Args:
        names: of all parameters, in the order of registration.
        lists: the names of the lists of blocks; none makes each child of the model a
            layer.

    >>> names = ["embed.weight", "blocks.0.weight", "blocks.1.weight", "head.weight"]
    >>> list(depths(names, ["blocks"]).values())
    [0, 1, 2, 3]
    """
    if not lists:
        return _by_child(names)
    numbered = _numbered(names)
    rank: dict[str, int] = {}
    block_of = {name: _block(name, lists) for name in names}
    for block in block_of.values():
        if block is not None:
            rank.setdefault(block, len(rank) + 1)
    found, seen = {}, 0
    left = {block for one in lists for block in numbered[one]}
    for name, block in block_of.items():
        if block is not None:
            seen = max(seen, rank[block])
            left.discard(block)
            found[name] = rank[block]
        else:
            found[name] = seen if left else seen + 1
    return found


def find_lists(names: Sequence[str]) -> list[str]:
    """Return the names of the lists that hold the model's blocks; none if it has none.

    The longest list, the outer of two equal ones, with those whose names differ from
    its own by numbers only, as the stages of a network.

    >>> find_lists(["blocks.0.mlp.0.bias", "blocks.1.mlp.0.bias", "head.bias"])
    ['blocks']
    >>> find_lists(["layer1.0.bias", "layer2.0.bias", "layer2.1.bias"])
    ['layer1', 'layer2']
    """
    numbered = _numbered(names)
    several = [prefix for prefix, blocks in numbered.items() if len(blocks) > 1]
    if not several:
        return []

    def size(prefix: str) -> tuple[int, int]:
        return len(numbered[prefix]), -len(prefix.split(".")) if prefix else 0

    shape = _shape(max(several, key=size))
    return [prefix for prefix in numbered if _shape(prefix) == shape]


def match_lists(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Return the names of the lists of blocks that match one of the patterns."""
    return [
        prefix
        for prefix in _numbered(names)
        if any(fnmatchcase(prefix, pattern) for pattern in patterns)
    ]


def known_lists(names: Sequence[str]) -> list[str]:
    """Return the names of all lists of blocks."""
    return [prefix for prefix in _numbered(names) if prefix]


def _by_child(names: Sequence[str]) -> dict[str, int]:
    """Return the depths when each child of the model is a layer."""
    children = dict.fromkeys(n.split(".")[0] for n in names if "." in n)
    order = {child: depth for depth, child in enumerate(children)}
    return {name: order.get(name.split(".")[0], 0) for name in names}


def _numbered(names: Sequence[str]) -> Blocks:
    """Return the numbered modules that hold parameters, by the name of their list."""
    found: Blocks = {}
    for name in names:
        parts = name.split(".")
        for at, part in enumerate(parts[:-1]):
            if part.isdecimal():
                blocks = found.setdefault(".".join(parts[:at]), [])
                block = ".".join(parts[: at + 1])
                if block not in blocks:
                    blocks.append(block)
    return found


def _block(name: str, lists: Sequence[str]) -> str | None:
    """Return the block that a parameter is in: the outermost one of these lists."""
    parts = name.split(".")
    for at, part in enumerate(parts[:-1]):
        if part.isdecimal() and ".".join(parts[:at]) in lists:
            return ".".join(parts[: at + 1])
    return None


def _shape(prefix: str) -> str:
    return re.sub(r"\d+", "#", prefix)
