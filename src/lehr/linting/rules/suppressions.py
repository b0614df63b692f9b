"""Rules about suppressions: with a reason, of a known rule, of something found."""

from collections.abc import Iterator, Mapping

from lehr.linting.base import Example, Fix, Hit, Rule, Subject
from lehr.linting.nearest import nearest
from lehr.linting.suppressing import Suppression


def _without_reason(subject: Subject) -> Iterator[Hit]:
    for each in subject.suppressions:
        if not each.reason.strip():
            yield _hit(each, f"{each.rule or 'a rule'} is ignored without a reason")


def _unknown(subject: Subject) -> Iterator[Hit]:
    known = _known()
    for each in subject.suppressions:
        rule = known.get(each.rule.lower())
        if rule is not None and rule.code in CODES:
            yield _hit(each, f"{each.rule} cannot be ignored in a document")
        elif not each.rule:
            yield _hit(each, "the comment names no rule: write ignore[CODE] and why")
        elif rule is None:
            rules = {found.code: found.name for found in known.values()}
            near = nearest(each.rule, rules, rules.values())
            yield _hit(each, f"there is no rule {each.rule}: {near}".rstrip(": "))


def _unused(subject: Subject) -> Iterator[Hit]:
    known = _known()
    for each in subject.suppressions:
        rule = known.get(each.rule.lower())
        if rule is None or rule.code in CODES:
            continue
        if not any(map(each.covers, rule.findings(subject))):
            edits = {each.place.path: None}
            fix = (
                Fix(f"take {each.rule} out of lint.ignore", edits)
                if each.place.path
                else None
            )
            yield _hit(each, f"{each.rule} is ignored, but finds nothing here", fix)


def _hit(each: Suppression, message: str, fix: Fix | None = None) -> Hit:
    return Hit(message, "", path=each.place.path, fix=fix, place=each.place)


def _known() -> Mapping[str, Rule]:
    """Return every rule by its code and by its name, in lower case."""
    from lehr.linting.rules import RULES

    return {word.lower(): r for r in RULES.values() for word in (r.code, r.name)}


def _example(ignored: str, schedule: str = "linear(1, -1, 100)") -> Example:
    return Example(f"schedules:\n  lr: {schedule}\nlint:\n  ignore:\n    - {ignored}\n")


RULES = (
    Rule(
        "LH097",
        "ignored-without-reason",
        "a rule is ignored, and nothing says why",
        "warning",
        "Who reads the document next, often yourself in half a year, cannot tell a "
        "decision from a way to make the check go green. One short sentence is enough. "
        "The rule stays ignored.",
        _without_reason,
        bad=(
            _example("rule: LH001"),
            Example("schedules:\n  lr: linear(1, -1, 100)  # lehr: ignore[LH001]\n"),
        ),
        good=(
            _example('{rule: LH001, reason: "a test of negative rates"}'),
            Example(
                "schedules:\n"
                "  lr: linear(1, -1, 100)  # lehr: ignore[LH001] a test of the sign\n"
            ),
        ),
    ),
    Rule(
        "LH098",
        "ignored-unknown",
        "there is no rule of the code or name that is ignored",
        "warning",
        "A mistyped code ignores nothing, and the document seems to say more than it "
        "does. `lehr explain` lists the rules. Problems of a text, from LH100 on, "
        "cannot be ignored: a text that cannot be read has no schedule.",
        _unknown,
        bad=(_example("{rule: LH0O1, reason: a test}"),),
        good=(_example("{rule: LH001, reason: a test}"),),
    ),
    Rule(
        "LH099",
        "ignored-in-vain",
        "a rule is ignored that finds nothing",
        "warning",
        "What it was written for is gone: mended, renamed or moved. Left behind, it "
        "would hide the next finding of the same rule.",
        _unused,
        bad=(_example("{rule: LH001, reason: a test}", "linear(1, 0, 100)"),),
        good=(_example("{rule: LH001, reason: a test}"),),
    ),
)
CODES = frozenset(rule.code for rule in RULES)
"""Rules that are themselves about suppressions, and cannot be suppressed."""
