"""Findings for programs."""

import json
from typing import Any

from lehr.linting.reports.base import Entry, Outcome

SCHEMA = 1
"""The version of these keys; a key may be added, none changes its meaning."""


def report(outcome: Outcome) -> str:
    """Return the findings as JSON.

    `findings` and `problems` (of texts that cannot be read) have `code`, `name`,
    `severity`, `message`, `source`, `line`, `column`, `path` and `help`; a finding has
    `field`, `step` and `fix` as well: `title`, `safe`, and `edits`, each the `path` in
    the document as a list and its new `value` (null: taken away). `summary` counts.

    >>> data = json.loads(report(Outcome(looked_at=("run.yaml",))))
    >>> data["schema"], data["findings"], data["looked_at"]
    (1, [], ['run.yaml'])
    """
    entries = outcome.entries
    summary: dict[str, int] = dict(outcome.counts())
    summary["fixable"] = sum(each.is_fixable for each in entries)
    summary["suppressed"] = outcome.suppressed
    data = {
        "schema": SCHEMA,
        "looked_at": list(outcome.looked_at),
        "findings": [_finding(each) for each in entries if each.finding],
        "problems": [_common(each) for each in entries if not each.finding],
        "summary": summary,
    }
    return json.dumps(data, indent=2, default=str)


def _common(each: Entry) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "severity": each.severity,
        "message": each.message,
        "source": each.source or None,
        "line": each.line,
        "column": each.column,
        "path": each.at or None,
        "help": each.help or None,
    }


def _finding(each: Entry) -> dict[str, Any]:
    found, fix = each.finding, each.fix
    edits = [
        {"path": list(p), "value": v} for p, v in (fix.edits if fix else {}).items()
    ]
    return {
        **_common(each),
        "field": found.field or None if found else None,
        "step": found.step if found else None,
        "fix": {"title": fix.title, "safe": fix.safe, "edits": edits} if fix else None,
    }
