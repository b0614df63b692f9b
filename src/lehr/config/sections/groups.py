"""The section `groups`: patterns over the names of parameters, by group."""

from collections.abc import Iterator
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import Path, Problem, suggest
from lehr.config.names import known, parameters

DEFAULT = "default"
"""The group of the parameters that no pattern takes."""


def patterns_of(section: Any) -> dict[str, tuple[str, ...]]:
    """Return the patterns of each group; one may stand alone.

    >>> patterns_of({"no_decay": ["*.bias", "*norm*"], "head": "head.*"})
    {'no_decay': ('*.bias', '*norm*'), 'head': ('head.*',)}
    """
    return {
        name: (given,) if isinstance(given, str) else tuple(given)
        for name, given in (section or {}).items()
    }


def group_problems(document: Document) -> list[Problem]:
    """Return what is wrong with the groups, and with the names of groups elsewhere."""
    section = document.data.get("groups")
    if section is None:
        return list(_without_kind(document))
    if not isinstance(section, dict):
        return []  # told with the whole document
    found = []
    for name, given in section.items():
        path: Path = ("groups", name)
        if name == DEFAULT:
            message = f'"{DEFAULT}" is the group of what no other takes'
            hint = "give this group another name"
            found.append(document.problem("LH106", message, path, hint, key=True))
        if not isinstance(given, str | list) or not given:
            message = f"{name} must be a pattern or a list of them, got {given!r}"
            hint = f'{name}: ["*.bias", "*norm*"]'
            found.append(document.problem("LH107", message, path, hint))
        for index, each in enumerate(given if isinstance(given, list) else ()):
            if not isinstance(each, str) or not each:
                message = f"{name}[{index}] must be a pattern, got {each!r}"
                found.append(document.problem("LH107", message, (*path, index)))
    return found + _unknown(document, [*section, DEFAULT])


def _unknown(document: Document, groups: list[str]) -> list[Problem]:
    schedules = document.data.get("schedules")
    found = []
    for field, given in schedules.items() if isinstance(schedules, dict) else ():
        for name in given if holds_groups(given) else ():
            if name not in groups:
                path, hint = ("schedules", field, name), suggest(str(name), groups)
                message = f'unknown group "{name}"'
                found.append(document.problem("LH133", message, path, hint, key=True))
    return found


def _without_kind(document: Document) -> Iterator[Problem]:
    """Yield a problem for each schedule whose arguments would be taken for groups."""
    schedules = document.data.get("schedules")
    arguments = {key for kind in known() for key in parameters(kind)}
    for field, given in schedules.items() if isinstance(schedules, dict) else ():
        if holds_groups(given) and given and given.keys() <= arguments:
            message = 'a schedule needs the key "kind"'
            hint = "kind: is the name of a schedule, such as warmup_cosine"
            yield document.problem("LH104", message, ("schedules", field), hint)


def holds_groups(value: Any) -> bool:
    """Return whether what stands at a field is one schedule per group.

    >>> holds_groups({"head": 0.1, "default": 0.01}), holds_groups({"kind": "linear"})
    (True, False)
    """
    return isinstance(value, dict) and not {"kind", "_target_"} & value.keys()
