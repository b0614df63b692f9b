"""Names by rules: `{"backbone.*": "encoder.*"}`, each name by the first that fits."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any


def renamed(
    values: Mapping[str, Any], rules: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values under their new names, and old -> new where they differ.

    Raises:
        ValueError: a rule fits no name, or its sides differ in number of `*`; two names
            become one.

    >>> renamed({"module.a": 1, "b": 2}, {"module.*": "*"})
    ({'a': 1, 'b': 2}, {'module.a': 'a'})
    """
    patterns = [(_compiled(old, new), old, new) for old, new in rules.items()]
    unused = set(rules)
    result: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for name, value in values.items():
        after = name
        for pattern, old, new in patterns:
            if found := pattern.fullmatch(name):
                after = _filled(new, found.groups())
                unused.discard(old)
                break
        if after in origin:
            raise ValueError(
                f"rename makes {after!r} of both {origin[after]!r} and {name!r}"
            )
        result[after], origin[after] = value, name
    if unused:
        raise ValueError(_unused(min(unused), list(values)))
    return result, {old: new for new, old in origin.items() if new != old}


def _compiled(old: str, new: str) -> re.Pattern[str]:
    if new.count("*") != old.count("*"):
        raise ValueError(f"rename {old!r}: {new!r} must have as many * as it has")
    return re.compile("(.*)".join(map(re.escape, old.split("*"))), re.DOTALL)


def _filled(new: str, pieces: Sequence[str]) -> str:
    """Return a new name with its `*` filled, in order."""
    first, *others = new.split("*")
    pairs = zip(pieces, others, strict=True)
    return first + "".join(piece + other for piece, other in pairs)


def _unused(rule: str, names: list[str]) -> str:
    near = difflib.get_close_matches(rule, names, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"rename {rule!r} fits no name in the file{hint}"
