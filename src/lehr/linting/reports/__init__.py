"""What was found, as text, JSON, SARIF or annotations of GitHub: findings -> text."""

from lehr.linting.reports.base import Entry, Outcome

__all__ = ["Entry", "Outcome"]
