"""Param groups by layer, whose rates decay from the output back to the input."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from torch import nn

from lehr import _checks
from lehr.bindings.torch.groups.by_name import compiled, require_model
from lehr.bindings.torch.groups.layers import depths, find_lists
from lehr.bindings.torch.groups.splitting import RATE, Group, NoDecay, split

Matcher = Mapping[str, Any]
Layer = str | Callable[[str], int] | Matcher | None

WITH_PREVIOUS = 99_999.0
"""The ordinal by which timm says that parameters belong to the layer before."""


def groups_by_layer(
    model: nn.Module,
    *,
    lr: float,
    decay: float,
    layer: Layer = None,
    no_decay: NoDecay = False,
) -> list[Group]:
    r"""Return one param group per layer, with rate lr decay^(depth - layer).

    The deepest layer, the head, has `lr` itself. Each group holds its rate, and the
    factor of it, so that both ways work: `times_base(schedule of factors)`, and
    `per_group(groups, lr=schedule)` for a schedule in units of the rate. The groups are
    named "layer_0", "layer_1", ..., and "layer_0.no_decay" and so on.

    Args:
        model: any module; frozen parameters are in no group.
        lr: rate of the deepest layer, > 0.
        decay: what each layer nearer the input multiplies by, in (0, 1].
        layer: tells the layer of a parameter from its name. None: the numbered blocks
            of the model, what comes before them, and what after. A function of the
            name, to a whole number >= 0. A regular expression with one group, which
            catches the number of the block: `r"blocks\.(\d+)\."`. Or a mapping of
            regular expressions as `group_matcher` of timm's models returns it.
        no_decay: as for `groups_by_name`.

    Raises:
        TypeError: `model` is not a module, or `layer` is none of these.
        ValueError: a number is out of range, a pattern matches nothing, or there is one
            layer only.

    Source: H. Bao et al., BEiT, 2022, arXiv:2106.08254, appendix; K. Clark et al.,
        ELECTRA, 2020, arXiv:2003.10555, section 3.1 (layer-wise decay).

    >>> from collections import OrderedDict
    >>> parts = OrderedDict(embed=nn.Embedding(9, 4), head=nn.Linear(4, 2))
    >>> parts["blocks"] = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    >>> parts.move_to_end("head")
    >>> groups = groups_by_layer(nn.Sequential(parts), lr=1.0, decay=0.5)
    >>> [(group["name"], group["lr"]) for group in groups]
    [('layer_0', 0.125), ('layer_1', 0.25), ('layer_2', 0.5), ('layer_3', 1.0)]
    """
    found = require_model(model)
    rate = _checks.positive("lr", lr)
    if _checks.fraction("decay", decay) == 0:
        raise ValueError(f"decay must be in (0, 1], got {decay!r}")
    at = layers_of([one.name for one in found], layer)
    numbers = sorted({at[one.name] for one in found if one.trains})
    deepest = max(at.values())
    if len(set(at.values())) == 1:
        raise ValueError(
            f"all {len(at)} parameters are in one layer; tell them apart by layer=..., "
            "a regular expression that catches the number of a block, or a function"
        )
    made = list[Group]()
    for number in numbers:
        factor = decay ** (deepest - number)
        members = [one for one in found if at[one.name] == number]
        options = {"lr": rate * factor, RATE: factor}
        made += split(f"layer_{number}", members, no_decay, found, options)
    return made


def layers_of(names: Sequence[str], layer: Layer) -> dict[str, int]:
    r"""Return the layer of each parameter, by its name; 0 is nearest the input.

    >>> names = ["stem.weight", "blocks.0.weight", "blocks.1.weight", "norm.weight"]
    >>> matcher = {"stem": "^stem", "blocks": r"^blocks\.(\d+)"}
    >>> list(layers_of(names, matcher).values())
    [0, 1, 2, 3]
    >>> list(layers_of(names, r"blocks\.(\d+)").values())
    [0, 1, 2, 3]
    """
    if layer is None:
        return depths(names, find_lists(names))
    if isinstance(layer, str | re.Pattern):
        return _by_number(names, compiled("layer", layer))
    if isinstance(layer, Mapping):
        return _by_matcher(names, layer)
    if not callable(layer):
        raise TypeError(
            "layer must be None, a regular expression, a function of the name, or a "
            f"mapping of regular expressions, got {layer!r}"
        )
    return {name: _checks.count(f"layer({name!r})", layer(name)) for name in names}


def _by_number(names: Sequence[str], pattern: re.Pattern[str]) -> dict[str, int]:
    """Return layers by the number that is caught; 0 before the blocks, last after."""
    if pattern.groups != 1:
        raise ValueError(
            f"layer={pattern.pattern!r} must catch the number of a block by one group, "
            f"as r'blocks\\.(\\d+)\\.' does; it has {pattern.groups}"
        )
    caught = {name: hit[1] for name in names if (hit := pattern.search(name))}
    if not caught:
        raise ValueError(
            f"layer={pattern.pattern!r} matches none of the {len(names)} names, such "
            f"as {names[0]!r}"
        )
    if wrong := next((text for text in caught.values() if not _is_number(text)), ""):
        raise ValueError(f"layer={pattern.pattern!r} caught {wrong!r}, not a number")
    order = sorted({int(number) for number in caught.values()})
    rank = {number: place for place, number in enumerate(order, 1)}
    found, met = {}, False
    for name in names:
        met = met or name in caught
        outside = len(order) + 1 if met else 0
        found[name] = rank[int(caught[name])] if name in caught else outside
    return _dense(found)


def _is_number(text: str | None) -> bool:
    return text is not None and text.isdecimal()


def _by_matcher(names: Sequence[str], matcher: Matcher) -> dict[str, int]:
    """Return layers as timm does: by the order of the patterns, then by the numbers."""
    rules = list(_rules(matcher))
    keys = {name: _key(name, rules) for name in names}
    rank, number = dict[tuple[float, ...], int](), -1
    for key in sorted(set(keys.values())):
        if key[-1:] != (WITH_PREVIOUS,) or not rank:
            number += 1
        rank[key] = number
    return {name: rank[key] for name, key in keys.items()}


def _rules(
    matcher: Matcher,
) -> Iterator[tuple[re.Pattern[str], tuple[float, ...], tuple[float, ...]]]:
    for place, (group, spec) in enumerate(matcher.items()):
        several = [spec] if isinstance(spec, str | re.Pattern) else spec
        for one in several:
            text, ordinal = (one, None) if isinstance(one, str | re.Pattern) else one
            yield compiled(group, text), (float(place),), tuple(ordinal or ())


def _key(name: str, rules: Sequence[Any]) -> tuple[float, ...]:
    for pattern, place, ordinal in rules:
        if hit := pattern.match(name):
            caught = (float(x) for x in hit.groups() if _is_number(x))
            return tuple(chain(place, caught, map(float, ordinal)))
    return (float("inf"),)


def _dense(found: dict[str, int]) -> dict[str, int]:
    """Return the same layers, numbered without gaps from 0."""
    rank = {number: place for place, number in enumerate(sorted(set(found.values())))}
    return {name: rank[number] for name, number in found.items()}
