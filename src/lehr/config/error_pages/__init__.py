"""What each problem of a text means, a text that has it, and how to mend it."""

from collections.abc import Mapping

from lehr.config.error_pages import around, documents, schedules
from lehr.config.error_pages.base import ErrorPage, message

__all__ = ["PAGES", "ErrorPage", "message"]

PAGES: Mapping[str, ErrorPage] = {
    page.code: page
    for module in (schedules, around, documents)
    for page in module.PAGES
}
"""A page for each code of a problem of a text."""
