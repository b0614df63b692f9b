"""Param groups by patterns over the names of the parameters; the first match wins."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from torch import nn

from lehr.bindings.torch.groups.by_name import near, require_model
from lehr.bindings.torch.groups.parameters import Named, shared_with


def groups_by_pattern(
    model: nn.Module,
    patterns: Mapping[str, str | Sequence[str]],
    *,
    rest: str = "default",
) -> list[dict[str, Any]]:
    """Return the param groups of a model, as a document's section `groups` says them.

    A parameter belongs to the first group that has a pattern of its name; frozen ones
    are in none. The groups stand in the order of `patterns`, then `rest`, if anything
    is left for it.

    Args:
        model: any module, also compiled or wrapped for several processes; of a shared
            parameter the first name counts.
        patterns: by group name, a pattern of full parameter names or several, with `*`
            for anything, `?` for a character, `[01]` for one of some.
        rest: name of the group for what no pattern takes.

    Raises:
        TypeError: `model` is not a module, or a pattern is no text.
        ValueError: a pattern matches no name, nothing that trains is left for a group
            by those before it, or `rest` is one of them.

    >>> model = nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.Linear(8, 2))
    >>> patterns = {"no_decay": ["*.bias", "1.*"], "head": "2.*"}
    >>> groups = groups_by_pattern(model, patterns)
    >>> [(group["name"], len(group["params"])) for group in groups]
    [('no_decay', 4), ('head', 1), ('default', 1)]
    """
    found = require_model(model)
    if rest in patterns:
        raise ValueError(f"rest must be a name of its own, got {rest!r}")
    members: dict[str, list[nn.Parameter]] = {name: [] for name in (*patterns, rest)}
    several = {name: _several(name, given) for name, given in patterns.items()}
    for name, texts in several.items():
        for text in texts:
            _require_used(name, text, found)
    for one in found:
        if one.trains:
            members[_owner(one.name, several) or rest].append(one.value)
    for name in patterns:
        if not members[name]:
            raise ValueError(
                f"nothing is left for the group {name!r}: what it matches is frozen, "
                "or groups before it take it, since the first match wins"
            )
    return [{"params": made, "name": name} for name, made in members.items() if made]


def _several(group: str, given: Any) -> tuple[str, ...]:
    several = (given,) if isinstance(given, str) else tuple(given)
    for pattern in several:
        if not isinstance(pattern, str):
            raise TypeError(f"a pattern of {group!r} must be text, got {pattern!r}")
    return several


def _owner(name: str, patterns: Mapping[str, Sequence[str]]) -> str | None:
    """Return the first group with a pattern of this name."""
    owners = (
        group
        for group, texts in patterns.items()
        if any(fnmatchcase(name, text) for text in texts)
    )
    return next(owners, None)


def _require_used(group: str, pattern: str, found: Sequence[Named]) -> None:
    names = [one.name for one in found]
    if any(fnmatchcase(name, pattern) for name in names):
        return

    def search(name: str) -> bool:
        return fnmatchcase(name, pattern)

    raise ValueError(
        f"pattern {pattern!r} of group {group!r} matches none of the {len(names)} "
        f"names; {shared_with(search, found)}{near(pattern.strip('*'), names)}"
    )
