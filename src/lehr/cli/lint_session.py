"""One `lehr lint`: every target looked at, mended if wished, counted."""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from lehr.cli.lint_fixes import Fixed, fix, rewritten, text_of
from lehr.cli.lint_targets import Known, Target, subject, targets
from lehr.cli.usage import UsageError
from lehr.cli.writing import rewrite
from lehr.config.errors import ConfigError, Problem
from lehr.linting.base import Finding
from lehr.linting.checking import Verdict, codes_of, ordered, verdict
from lehr.linting.reports import Outcome

PATIENCE = 1.0
"""Seconds after which a terminal is told how far it is."""


@dataclass
class Session:
    """What is looked at, with what is known, and what came of it.

    Args:
        targets: the texts.
        known: what the command line tells of them.
        ignore: codes of rules to leave out.
        select: codes of the only rules to ask; none means all.
        skipped: files of folders that were passed over.
    """

    targets: list[Target]
    known: Known
    ignore: frozenset[str] = frozenset()
    select: frozenset[str] = frozenset()
    skipped: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    fixed: list[tuple[Target, Fixed]] = field(default_factory=list)

    @classmethod
    def of(cls, args: argparse.Namespace) -> "Session":
        """Read the command line and the texts that it names.

        Raises:
            UsageError: an option names what is not there.
        """
        try:
            ignore = codes_of(_words(args.ignore), "--ignore")
            select = codes_of(_words(args.select), "--select")
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            raise UsageError(message, hint) from None
        known = Known.of(args)
        found, skipped = targets(args.what, skip_others=args.skip_others)
        return cls(found, known, ignore, select, skipped)

    def look(self, target: Target) -> Verdict:
        """Return what the rules find in one target.

        Raises:
            ConfigError: it cannot be read.
        """
        return verdict(subject(target, self.known), self.ignore, self.select)

    def look_at_all(self) -> None:
        """Look at every target; those that cannot be read leave their problems."""
        findings, problems = list[Finding](), list[Problem]()
        looked_at, suppressed = list[str](), 0
        for target in self._with_progress():
            try:
                seen = self.look(target)
            except ConfigError as error:
                problems += error.problems
                continue
            looked_at.append(target.name)
            findings += seen.findings
            suppressed += len(seen.suppressed)
        texts = {t.name: t.written.text for t in self.targets if t.written}
        found = tuple(ordered(findings))
        self.outcome = Outcome(
            found, tuple(problems), texts, tuple(looked_at), suppressed
        )

    def fix_all(self, *, write: bool) -> None:
        """Mend what is safe in every file; with `write`, what was mended is written.

        Without it, the targets stay as they were, for `look_at_all` to tell of.
        """
        for index, target in enumerate(self.targets):
            if not target.is_file or target.written is None:
                continue
            try:
                fixed = fix(target, lambda each: self.look(each).findings)
            except ConfigError:
                continue  # told by look_at_all
            if fixed.problems:
                _tell_unfixed(target, fixed)
            self.fixed.append((target, fixed))
            if write and fixed.done:
                rewrite(fixed.target.name, text_of(fixed.target))
                self.targets[index] = fixed.target

    def rewritten(self, finding: Finding) -> str | None:
        """Return the text of a finding's document as its fix would leave it."""
        for target in self.targets:
            if target.name == finding.place.source and target.written:
                return rewritten(target.written, finding)
        return None

    def exit_code(self, strict: bool) -> int:
        """Return 2 if a text cannot be read, 1 if something is found, else 0."""
        if self.outcome.problems:
            return 2
        return int(any(n for s, n in self.outcome.counts() if strict or s != "note"))

    def _with_progress(self) -> Iterator[Target]:
        begun, shown = time.monotonic(), False
        told = len(self.targets) > 1 and sys.stderr.isatty()
        for number, target in enumerate(self.targets, 1):
            if told and time.monotonic() - begun > PATIENCE:
                shown = True
                line = f"\r\x1b[Klooking at {number} of {len(self.targets)}"
                print(line, end="", file=sys.stderr, flush=True)
            yield target
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _words(given: list[str]) -> list[str]:
    return [word for each in given for word in each.split(",") if word]


def _tell_unfixed(target: Target, fixed: Fixed) -> None:
    first = fixed.problems[0]
    message = f"{target.name}: a fix was not made, since the text would not be read"
    print(f"{message} again: {first.code} {first.message}", file=sys.stderr)
