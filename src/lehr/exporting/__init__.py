"""A schedule as code or configuration of another library."""

from lehr.exporting.code import TARGETS, to_code
from lehr.exporting.errors import CannotExport

__all__ = ["TARGETS", "CannotExport", "to_code"]
