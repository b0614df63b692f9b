"""From version 0, the short form with everything on top, to version 1."""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path

SCHEDULES = ("lr", "weight_decay", "momentum", "beta1", "beta2")
PLAN = (
    *("epochs", "updates", "samples", "tokens", "batch_size", "accumulation"),
    *("world_size", "dataset_size", "sequence_length"),
)
_KINDS = ("adamw", "sgd")
"""What `optimizer` may say in lower case; another word is a library's own name."""


def change(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with `schedules` and `plan`; what is there already stays.

    >>> change({"lr": 0.1, "epochs": 3, "optimizer": "sgd"})
    {'schema': 1, 'schedules': {'lr': 0.1}, 'plan': {'epochs': 3},
     'optimizer': {'kind': 'sgd'}}
    """
    places = {then: now for now, then in moved(data).items()}
    made: dict[str, Any] = {"schema": 1}
    for key, value in data.items():
        if (place := places.get((key,))) is not None:
            section, name = str(place[0]), str(place[1])
            made[section] = {**(made.get(section) or {}), name: value}
        elif key in made and key != "schema":
            made[key] = {**(value or {}), **made[key]}
        elif key != "schema":
            made[key] = value
    return made


def moved(data: Mapping[str, Any]) -> dict[Path, Path]:
    """Return where each part was that has moved, by where it is now."""
    found: dict[Path, Path] = {}
    for section, names in (("schedules", SCHEDULES), ("plan", PLAN)):
        if not isinstance(data.get(section, {}), dict | None):
            continue  # told as a section of the wrong type
        taken = _mapping(data, section)
        found |= {
            (section, name): (name,)
            for name in names
            if name in data and name not in taken
        }
    if isinstance(word := data.get("optimizer"), str):
        key = "kind" if word in _KINDS else "name"
        found["optimizer", key] = ("optimizer",)
    return found


def _mapping(data: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    value = data.get(section)
    return value if isinstance(value, dict) else {}
