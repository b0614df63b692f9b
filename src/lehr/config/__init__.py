"""Text and objects: expressions, documents, and errors with their place."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lehr.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lehr.config.documents import (
        Document,
        from_mapping,
        parse_document,
        parse_value,
        read_document,
    )
    from lehr.config.expressions import read_schedule, write_schedule
    from lehr.config.nodes import build_schedule

__all__ = [
    "ConfigError",
    "Document",
    "Problem",
    "build_schedule",
    "from_mapping",
    "parse_document",
    "parse_value",
    "read_document",
    "read_schedule",
    "write_schedule",
]

_ON_FIRST_USE = {
    "Document": "documents",
    "build_schedule": "nodes",
    "from_mapping": "documents",
    "parse_document": "documents",
    "parse_value": "documents",
    "read_document": "documents",
    "read_schedule": "expressions",
    "write_schedule": "expressions",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ON_FIRST_USE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
