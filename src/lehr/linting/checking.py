"""`lint`: every rule over whatever was given."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lehr.linting.base import Finding, Subject
from lehr.linting.nearest import nearest
from lehr.linting.rules import RULES
from lehr.linting.rules.suppressions import CODES
from lehr.linting.subjects import subject_of
from lehr.plan import Plan

_ORDER = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Verdict:
    """What the rules have found in one subject.

    Args:
        findings: to report, worst first.
        suppressed: those that the document wants ignored.
    """

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()


def lint(
    subject: Any,
    plan: Plan | None = None,
    *,
    ignore: Collection[str] = (),
    optimizer: Any = None,
    metric: str | None = None,
    library: str | None = None,
    base: float | None = None,
    per: str | None = None,
    world_size: int | None = None,
    wrapper: str | None = None,
    state: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """Return what a person should look at before a run, worst first.

    What a document wants ignored, by its section `lint` or by a comment, is left out.

    Args:
        subject: a schedule; schedules by field; a document of lehr (its path, its text,
            an expression, a mapping or a `Config`); another library's configuration
            (a path, a text or a mapping); or a live scheduler.
        plan: the run, where the subject does not say it, or another.
        ignore: codes or names of rules to leave out.
        optimizer: a name such as "adamw", a mapping of settings, or a live torch
            optimizer, whose settings are read.
        metric: the name of the metric that a plateau scheduler follows.
        library: whose configuration or scheduler it is, if that is not found.
        base: the optimizer's rate, where another library's configuration lacks it.
        per: "update", "epoch" or "micro_batch": what one step of another library's
            scheduler is.
        world_size: processes, >= 1, where neither the plan nor a configuration says it.
        wrapper: "accelerate", if that drives another library's scheduler.
        state: the saved state dict that the scheduler will be loaded from.

    Raises:
        ConfigError: a document cannot be read; with every problem of it.
        ValueError: an unknown code or name in `ignore`, an unknown word.
        TypeError: nothing that can be linted was given.

    >>> import lehr
    >>> found = lehr.lint(lehr.Linear(1.0, -1.0, 100))
    >>> found[0].code, found[0].severity
    ('LH001', 'error')
    >>> left = lehr.lint("linear(1, -1, 9)", ignore=["negative"])
    >>> sum(f.code == "LH001" for f in left)
    0
    """
    ignored = codes_of(ignore, "ignore")
    looked_at = subject_of(
        subject,
        plan,
        optimizer=optimizer,
        metric=metric,
        library=library,
        base=base,
        per=per,
        world_size=world_size,
        wrapper=wrapper,
        state=state,
    )
    return list(verdict(looked_at, ignored).findings)


def check(subject: Subject, ignore: Collection[str] = ()) -> list[Finding]:
    """Return the findings of all rules in a subject, worst first."""
    return list(verdict(subject, codes_of(ignore, "ignore")).findings)


def verdict(
    subject: Subject, ignore: Collection[str] = (), select: Collection[str] = ()
) -> Verdict:
    """Return the findings of the rules, and apart those that are suppressed.

    Args:
        subject: what is looked at.
        ignore: codes of rules to leave out.
        select: codes of the only rules to ask; none means all.
    """
    asked = [rule for code, rule in RULES.items() if not select or code in select]
    every = [
        subject.located(finding) for rule in asked for finding in rule.findings(subject)
    ]
    found, suppressed = list[Finding](), list[Finding]()
    for finding in without_repeats(every, subject):
        if finding.code in ignore:
            continue
        quiet = finding.code not in CODES and _is_suppressed(finding, subject)
        (suppressed if quiet else found).append(finding)
    return Verdict(tuple(ordered(found)), tuple(ordered(suppressed)))


def without_repeats(findings: list[Finding], subject: Subject) -> list[Finding]:
    """Return findings without those whose cause a more specific rule tells.

    A rule names the more general ones in its `over`. Also what is suppressed or
    ignored speaks here: who does not want to hear of a cause wants none of its effects.
    """
    told = [(code, each) for each in findings for code in RULES[each.code].over]
    return [
        finding
        for finding in findings
        if not any(
            finding.code == code and _of_one_schedule(finding, each, subject)
            for code, each in told
        )
    ]


def _of_one_schedule(one: Finding, other: Finding, subject: Subject) -> bool:
    origin = subject.origin.get(other.field)
    shared = origin is not None and subject.origin.get(one.field) == origin
    return one.field == other.field or shared


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the worst first, then by place, code and update."""

    def key(finding: Finding) -> tuple[Any, ...]:
        place = finding.place
        at = (place.source, place.line or 0, place.column or 0)
        what = (finding.code, finding.field, finding.step or 0, finding.message)
        return (_ORDER[finding.severity], *at, *what)

    return sorted(findings, key=key)


def codes_of(words: Collection[str], what: str) -> frozenset[str]:
    """Return the codes of rules that are given by code or by name.

    Raises:
        ValueError: there is no such rule.

    >>> sorted(codes_of(["lh001", "ignored-in-vain"], "ignore"))
    ['LH001', 'LH099']
    """
    if isinstance(words, str):
        words = [words]
    known = {word.lower(): r.code for r in RULES.values() for word in (r.code, r.name)}
    for word in words:
        if str(word).lower() not in known:
            near = nearest(str(word), RULES, [rule.name for rule in RULES.values()])
            hint = f"{near} all: lehr explain".strip()
            raise ValueError(f'{what} names no rule: "{word}"; {hint}')
    return frozenset(known[str(word).lower()] for word in words)


def _is_suppressed(finding: Finding, subject: Subject) -> bool:
    return any(each.covers(finding) for each in subject.suppressions)
