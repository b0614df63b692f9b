"""The section `optimizer` where it names a class of another library."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Problem
from lehr.config.specs import read_spec

_AT_LEAST_0 = ("lr", "weight_decay", "momentum", "eps", "dampening")
_BELOW_1 = ("beta1", "beta2", "betas", "alpha", "rho")
_BESIDE = ("lr", "groups", "group", "no_decay", "layer_decay")


def is_by_name(section: Any) -> bool:
    """Return whether a section names a library's own class, and no kind of lehr's.

    >>> is_by_name({"name": "AdamW", "lr": 1e-3}), is_by_name({"kind": "adamw"})
    (True, False)
    """
    return (
        isinstance(section, dict)
        and "kind" not in section
        and not {"name", "class_name"}.isdisjoint(section)
    )


def optimizer_problems(document: Document) -> list[Problem]:
    """Return what is wrong with such a section, as far as no library is needed.

    Whether the class exists, and what else it takes, is told where it is built.
    """
    alone = replace(document, data={"optimizer": document.data["optimizer"]})
    try:
        spec = read_spec(alone, "optimizer", beside=_BESIDE)
    except ConfigError as error:
        return error.problems
    return [
        spec.problem("LH106", message, name)
        for name, value in spec.arguments.items()
        for message in _refusals(name, value)
    ]


def _refusals(name: str, value: Any) -> Iterator[str]:
    """Yield what no optimizer would take."""
    values = value if isinstance(value, list | tuple) else (value,)
    for each in values if name in (*_AT_LEAST_0, *_BELOW_1) else ():
        if isinstance(each, str):
            yield f"{name} must be a number, got {each!r}"
        elif isinstance(each, int | float) and not isinstance(each, bool):
            if name in _AT_LEAST_0 and not 0 <= each < float("inf"):
                yield f"{name} must be >= 0 and finite, got {each!r}"
            if name in _BELOW_1 and not 0 <= each < 1:
                yield f"{name} must lie in [0, 1), got {each!r}"
