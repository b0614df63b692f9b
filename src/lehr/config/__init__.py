"""Text and objects: expressions, documents, and errors with their place."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use
from lehr.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lehr.config.configuration import Config, read_config
    from lehr.config.documents import (
        Document,
        from_mapping,
        parse_document,
        parse_value,
        read_document,
    )
    from lehr.config.expressions import read_schedule, write_schedule
    from lehr.config.migrations import migrate
    from lehr.config.nodes import build_schedule

__all__ = [
    "Config",
    "ConfigError",
    "Document",
    "Problem",
    "build_schedule",
    "from_mapping",
    "migrate",
    "parse_document",
    "parse_value",
    "read_config",
    "read_document",
    "read_schedule",
    "write_schedule",
]

_ON_FIRST_USE = {
    "Config": "configuration",
    "Document": "documents",
    "build_schedule": "nodes",
    "from_mapping": "documents",
    "migrate": "migrations",
    "parse_document": "documents",
    "parse_value": "documents",
    "read_config": "configuration",
    "read_document": "documents",
    "read_schedule": "expressions",
    "write_schedule": "expressions",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _ON_FIRST_USE.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
