"""`lehr lint --fix`: safe edits made in a text, looked at again, written whole."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from importlib import import_module
from typing import Any

from lehr.cli.lint_targets import Target
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
        old, new = (_text(each).splitlines() for each in (before, self.target))
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
        if _text(new) == _text(target) or _errors(after) > _errors(findings):
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


def write(target: Target) -> None:
    """Write a file whole or not at all; its permissions and line ends are kept.

    Raises:
        OSError: it cannot be written.
    """
    file = os.path.realpath(target.name)
    with open(file, "rb") as opened:
        before = opened.read()
    text = _text(target)
    if b"\r\n" in before:
        text = text.replace("\n", "\r\n")
    data = text.encode()
    if before.startswith(b"\xef\xbb\xbf"):
        data = b"\xef\xbb\xbf" + data
    folder, name = os.path.split(file)
    handle, beside = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        shutil.copymode(file, beside)
        os.replace(beside, file)
    except BaseException:
        os.unlink(beside)
        raise


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
    edited = import_module("lehr.config.edits").edited
    text = edited(given.text, given.format, edits)
    return written(text, source, given.format)  # type: ignore[arg-type]  # not an expression


def _touched(path: Path, value: Any) -> Path:
    """Return what an edit changes: the whole list, where an item is taken away."""
    return path[:-1] if value is None and isinstance(path[-1], int) else path


def _overlap(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _errors(findings: Sequence[Finding]) -> int:
    return sum(finding.severity == "error" for finding in findings)


def _text(target: Target) -> str:
    return target.written.text if target.written else ""
