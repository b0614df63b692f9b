"""`lehr lint --fix`: safe edits made in a text, looked at again, written whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from typing import Any

from lehr.cli.lint_targets import Target
from lehr.config.edits import edited
from lehr.config.errors import ConfigError, Path, Problem
from lehr.linting.base import Finding
from lehr.linting.subjects.documents import Written, written

ROUNDS = 10
"""How often a text is mended and looked at again: one fix may make room for another."""

WHOLE: Path = ("schedules", "lr")
"""Where an expression stands that is a text of its own."""

Look = Callable[[Target], Sequence[Finding]]


@dataclass(frozen=True)
class Fixed:
    """A target after its fixes.

    Args:
        target: with the new text.
        done: the findings that were mended.
        problems: what would be wrong with the text after a fix, which was not made.
    """

    target: Target
    done: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()

    def diff(self, before: Target) -> str:
        """Return what has changed, as `diff -u` shows it."""
        old, new = (text_of(each).splitlines() for each in (before, self.target))
        names = f"a/{before.name}", f"b/{before.name}"
        return "\n".join(unified_diff(old, new, *names, lineterm=""))


def fix(target: Target, look: Look) -> Fixed:
    """Return a target whose safe fixes are made; the file stays as it is.

    A text that would not be read again, or in which there would be more errors than
    before, is dropped.

    Args:
        target: a document.
        look: returns the findings of a target; raises ConfigError.
    """
    done = list[Finding]()
    findings = list(look(target))
    for _ in range(ROUNDS):
        chosen = compatible(findings)
        if target.written and target.written.format == "expression":
            chosen = [f for f in chosen if f.fix and {*f.fix.edits} == {WHOLE}]
        if not chosen or target.written is None:
            break
        try:
            new = replace(target, written=_edited(target.written, chosen))
            after = list(look(new))
        except ConfigError as error:
            return Fixed(target, tuple(done), tuple(error.problems))
        if text_of(new) == text_of(target) or _errors(after) > _errors(findings):
            break
        left = [(f.code, f.field, f.message) for f in after]
        done += [f for f in chosen if (f.code, f.field, f.message) not in left]
        target, findings = new, after
    return Fixed(target, tuple(done))


def compatible(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with safe fixes of which no two touch the same place."""
    chosen, taken = list[Finding](), list[Path]()
    for finding in findings:
        if finding.fix is None or not finding.fix.safe or not finding.fix.edits:
            continue
        paths = [_touched(path, value) for path, value in finding.fix.edits.items()]
        if not any(_overlap(path, other) for path in paths for other in taken):
            chosen.append(finding)
            taken += paths
    return chosen


def rewritten(given: Written, finding: Finding) -> str | None:
    """Return the text as one finding's fix would leave it; None if it cannot be."""
    try:
        return _edited(given, [finding]).text
    except (ConfigError, ValueError, TypeError, KeyError):
        return None


def _edited(given: Written, findings: Sequence[Finding]) -> Written:
    edits: Mapping[Path, Any] = {
        path: value
        for finding in findings
        if finding.fix
        for path, value in finding.fix.edits.items()
    }
    source = given.document.source
    if given.format == "expression":
        return written(str(edits[WHOLE]), source)
    form: Any = given.format
    return written(edited(given.text, form, edits), source, form)


def _touched(path: Path, value: Any) -> Path:
    """Return what an edit changes: the whole list, where an item is taken away."""
    return path[:-1] if value is None and isinstance(path[-1], int) else path


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _errors(findings: Sequence[Finding]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def text_of(target: Target) -> str:
    """Return the text of a target as it would be written."""
    return target.written.text if target.written else ""
