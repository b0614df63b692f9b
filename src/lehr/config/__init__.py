"""Text and objects: expressions, documents, and errors with their place."""

from typing import TYPE_CHECKING

from lehr._lazy import on_first_use
from lehr.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from lehr.config.canonical_form import canonical, fingerprint
    from lehr.config.comparison import Change, changes
    from lehr.config.configuration import Config, read_config
    from lehr.config.document_schema import json_schema
    from lehr.config.documents import (
        Document,
        from_mapping,
        parse_document,
        parse_value,
        read_document,
    )
    from lehr.config.edits import edited
    from lehr.config.expressions import read_schedule, write_schedule
    from lehr.config.migrations import migrate
    from lehr.config.nodes import build_schedule
    from lehr.config.writing import to_mapping, write_config, write_document

__all__ = [
    "Change",
    "Config",
    "ConfigError",
    "Document",
    "Problem",
    "build_schedule",
    "canonical",
    "changes",
    "edited",
    "fingerprint",
    "from_mapping",
    "json_schema",
    "migrate",
    "parse_document",
    "parse_value",
    "read_config",
    "read_document",
    "read_schedule",
    "to_mapping",
    "write_config",
    "write_document",
    "write_schedule",
]

_ON_FIRST_USE = {
    "Change": "comparison",
    "Config": "configuration",
    "Document": "documents",
    "build_schedule": "nodes",
    "canonical": "canonical_form",
    "changes": "comparison",
    "edited": "edits",
    "fingerprint": "canonical_form",
    "from_mapping": "documents",
    "migrate": "migrations",
    "json_schema": "document_schema",
    "parse_document": "documents",
    "parse_value": "documents",
    "read_config": "configuration",
    "read_document": "documents",
    "read_schedule": "expressions",
    "to_mapping": "writing",
    "write_config": "writing",
    "write_document": "writing",
    "write_schedule": "expressions",
}

__getattr__ = on_first_use(
    __name__, {name: f"{__name__}.{home}" for name, home in _ON_FIRST_USE.items()}
)


def __dir__() -> list[str]:
    return sorted(__all__)
