"""Param groups by regular expressions over the names of the parameters."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from torch import nn

from lehr.bindings.torch.groups.parameters import (
    Named,
    named_parameters,
    shared_with,
)
from lehr.bindings.torch.groups.splitting import Group, NoDecay, split


def groups_by_name(
    model: nn.Module,
    patterns: Mapping[str, str] | None = None,
    *,
    rest: str | None = None,
    no_decay: NoDecay = False,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Group]:
    """Return the param groups of a model, told apart by its parameters' names.

    Each parameter that trains is in exactly one group; frozen ones are in none. The
    order of the patterns means nothing: a name that two of them match is refused. The
    groups follow `patterns`, then `rest`; in each, what decays comes first.

    Args:
        model: any module, also compiled or wrapped for several processes; of a shared
            parameter the first name counts.
        patterns: by group name, a regular expression that is searched for in the names
            of `model.named_parameters()`; None: one group of all.
        rest: name of the group for what no pattern matches; None: refuse that.
        no_decay: what gets a group of its own without weight decay, named
            "<group>.no_decay": True for biases, norms and all of one dimension; or a
            regular expression, or several.
        options: by group name, further values, such as `{"head": {"lr": 1e-2}}`.

    Raises:
        TypeError: `model` is not a module, or a pattern is no text.
        ValueError: a name is matched by no pattern or by two, a pattern is wrong, or
            matches nothing that trains, or `options` names no group.

    >>> model = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Linear(8, 2))
    >>> groups = groups_by_name(model, {"head": "^2"}, rest="body", no_decay=True)
    >>> [(group["name"], len(group["params"])) for group in groups]
    [('head', 1), ('head.no_decay', 1), ('body', 1), ('body.no_decay', 3)]
    >>> groups_by_name(model, {"head": "^3", "body": "^[01]"})
    Traceback (most recent call last):
    ValueError: pattern '^3' of group 'head' matches none of the 6 names; known:
    '0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias'
    """
    found = require_model(model)
    chosen = {"all": ""} if patterns is None else dict(patterns)
    if rest in chosen:
        raise ValueError(f"rest must be a name of its own, got {rest!r}")
    owners = _owners(found, chosen, rest)
    names = [*chosen, *([] if rest is None else [rest])]
    more = {} if options is None else dict(options)
    if unknown := sorted(more.keys() - set(names)):
        hint = near(unknown[0], names)
        raise ValueError(f"options names a group {unknown[0]!r} that is not; {hint}")
    made = list[Group]()
    for name in names:
        members = [one for one in found if owners.get(one.name) == name]
        made += split(name, members, no_decay, found, dict(more.get(name, {})))
    return made


def require_model(model: Any) -> list[Named]:
    """Return the parameters of a model, frozen ones included."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    return named_parameters(model)


def near(word: str, known: Sequence[str]) -> str:
    """Return what may have been meant, and what there is."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    meant = f"did you mean {close[0]!r}? " if close else ""
    shown = ", ".join(map(repr, known[:6])) + (", ..." if len(known) > 6 else "")
    return f"{meant}known: {shown}"


def compiled(group: str, pattern: Any) -> re.Pattern[str]:
    """Return a pattern, ready to be searched for."""
    if isinstance(pattern, re.Pattern):
        return pattern
    if not isinstance(pattern, str):
        raise TypeError(
            f"the pattern of group {group!r} must be a regular expression, got "
            f"{pattern!r}"
        )
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ValueError(
            f"pattern {pattern!r} of group {group!r} is no regular expression: {error}"
        ) from None


def _owners(
    found: Sequence[Named], patterns: Mapping[str, Any], rest: str | None
) -> dict[str, str]:
    """Return the group of each parameter that trains, by its name."""
    searched = {name: compiled(name, text) for name, text in patterns.items()}
    owners, names = dict[str, str](), [one.name for one in found]
    for one in found:
        hits = [name for name, pattern in searched.items() if pattern.search(one.name)]
        if len(hits) > 1:
            raise ValueError(
                f"{one.name} is matched by {len(hits)} groups, "
                f"{' and '.join(map(repr, hits))}; make their patterns exclude each "
                "other: their order means nothing"
            )
        if one.trains and (hits or rest is not None):
            owners[one.name] = hits[0] if hits else str(rest)
    for name, pattern in searched.items():
        if name not in owners.values():
            _refuse_unused(name, pattern, found)
    left = [one.name for one in found if one.trains and one.name not in owners]
    if left:
        shown = ", ".join(left[:4]) + (", ..." if len(left) > 4 else "")
        raise ValueError(
            f"no pattern matches {len(left)} of {len(names)} names: {shown}; add a "
            "pattern for them, or collect them with rest='...'"
        )
    if rest is not None and rest not in owners.values():
        raise ValueError(f"nothing is left for the group {rest!r}; leave out rest")
    return owners


def _refuse_unused(
    group: str, pattern: re.Pattern[str], found: Sequence[Named]
) -> None:
    names = [one.name for one in found]
    said = f"pattern {pattern.pattern!r} of group {group!r}"
    if any(pattern.search(name) for name in names):
        raise ValueError(
            f"{said} matches frozen parameters only; leave the group out, or set their "
            "requires_grad"
        )
    plain = re.sub(r"[\^$\\]|\.\*|\(|\)", "", pattern.pattern)
    raise ValueError(
        f"{said} matches none of the {len(names)} names; "
        f"{shared_with(pattern.search, found)}{near(plain, names)}"
    )
