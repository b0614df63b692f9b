"""Older documents in today's grammar: one pure step per version, on plain data."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, NamedTuple

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path
from lehr.config.migrations import short_form

CURRENT = 1
"""The version of the grammar that this lehr writes."""


class Migration(NamedTuple):
    """One step: a document of `version` becomes one of `version + 1`.

    Args:
        version: what it takes.
        change: returns the new data; the old are left as they are.
        moved: by path in the new data, the path in the old; only where they differ.
    """

    version: int
    change: Callable[[Mapping[str, Any]], dict[str, Any]]
    moved: Callable[[Mapping[str, Any]], dict[Path, Path]]


MIGRATIONS = (Migration(0, short_form.change, short_form.moved),)
"""Every step, in order."""


def migrate(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document's data in today's grammar; they are not changed themselves.

    Args:
        data: of a document of any version; without the key `schema`, of 1 if it has
            `schedules`, else the short form (0).

    Raises:
        ConfigError: LH132, the version is none that is known here.

    >>> migrate({"lr": "cosine(1e-3, 0, 100%)", "updates": 500, "batch_size": 64})
    {'schema': 1, 'schedules': {'lr': 'cosine(1e-3, 0, 100%)'},
     'plan': {'updates': 500, 'batch_size': 64}}
    """
    document = current(Document(deepcopy(dict(data)), "<dict>"))
    return {"schema": CURRENT} | document.data


def current(document: Document) -> Document:
    """Return a document in today's grammar, whose problems stand where it has them.

    A document that is one schedule by itself becomes the schedule of `lr`.

    Raises:
        ConfigError: LH132, the version is none that is known here.
    """
    data = document.data
    if {"kind", "_target_"} & data.keys() and "schedules" not in data:
        plan = {"plan": data["plan"]} if "plan" in data else {}  # laid over it
        lr = {key: value for key, value in data.items() if key != "plan"}
        wrapped = {"schema": CURRENT, **plan, "schedules": {"lr": lr}}
        return replace(document, data=wrapped, moved={("schedules", "lr"): ()})
    version = version_of(data)
    if version is None:
        return document  # told with everything else that is wrong
    if not 0 <= version <= CURRENT:
        raise ConfigError([_unknown(document, version)])
    for step in MIGRATIONS[version:]:
        moved = step.moved(document.data)
        before = {now: document.origin(then) for now, then in moved.items()}
        data = step.change(document.data)
        document = replace(document, data=data, moved={**document.moved, **before})
    return document


def version_of(data: Mapping[str, Any]) -> int | None:
    """Return the version of a document; None if `schema` is no whole number.

    >>> [version_of(data) for data in ({"schedules": {}}, {"lr": 0.1}, {"schema": 7})]
    [1, 0, 7]
    """
    if data.get("schema") is not None:
        version = data["schema"]
        known = isinstance(version, int) and not isinstance(version, bool)
        return version if known else None
    is_short = "schedules" not in data and set(short_form.SCHEDULES) & data.keys()
    return 0 if is_short else CURRENT


def _unknown(document: Document, version: int) -> Any:
    message = f"schema {version} is not known; this lehr reads 0 to {CURRENT}"
    hint = "a newer lehr has written it: pip install --upgrade lehr"
    if version < 0:
        hint = f"write schema: {CURRENT}"
    return document.problem("LH132", message, ("schema",), hint)
