"""Text and objects: expressions, documents, and errors with their place."""

from lehr.config.documents import (
    Document,
    from_mapping,
    parse_document,
    parse_value,
    read_document,
)
from lehr.config.errors import ConfigError, Problem
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
