"""`lint`: every rule over whatever was given."""

from collections.abc import Collection
from typing import Any

from lehr.linting.base import Finding, Subject
from lehr.linting.rules import RULES
from lehr.linting.subjects import subject_of
from lehr.plan import Plan

_ORDER = {"error": 0, "warning": 1, "note": 2}


def lint(
    subject: Any,
    plan: Plan | None = None,
    *,
    ignore: Collection[str] = (),
    **known: Any,
) -> list[Finding]:
    """Return what a person should look at before a run, worst first.

    Args:
        subject: a schedule; schedules by field; a document of lehr (path, text, mapping
            or `Config`); another library's configuration; or a live scheduler.
        plan: the run, where the subject does not say it.
        ignore: codes or names of rules to leave out.
        **known: what else is known: `optimizer=`, ...

    >>> import lehr
    >>> [f.code for f in lehr.lint(lehr.Linear(1.0, -1.0, 100))]
    ['LH001']
    """
    looked_at = subject_of(subject, plan, **known)
    return check(looked_at, ignore)


def check(subject: Subject, ignore: Collection[str] = ()) -> list[Finding]:
    """Return the findings of all rules in a subject, worst first."""
    found = [
        finding
        for rule in RULES.values()
        if not {rule.code, rule.name} & set(ignore)
        for finding in rule.findings(subject)
    ]
    return sorted(found, key=lambda f: (_ORDER[f.severity], f.code, f.step or 0))
