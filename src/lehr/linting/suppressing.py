"""What a document says shall not be reported: read, matched with findings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lehr.config.documents import Document
from lehr.config.errors import ConfigError, Path, Problem, suggest
from lehr.linting.base import Finding, Place

_COMMENT = re.compile(r"#\s*lehr:\s*ignore\b\s*(?:\[([^\]]*)\])?[\s:,-]*(.*)$")
_KEYS = ("rule", "reason")
_FORM = 'lint: {ignore: [{rule: LH012, reason: "..."}]}'


@dataclass(frozen=True)
class Suppression:
    """One rule that shall not be reported, here or in the whole document.

    Args:
        rule: its code or name, as it was written.
        reason: why; "" if none was given.
        place: where it says so; its `path` is that in the section `lint`, if it is
            there.
        within: the parts of the document that it covers; None is all of it.
    """

    rule: str
    reason: str
    place: Place
    within: tuple[Path, ...] | None = None

    def names(self, finding: Finding) -> bool:
        """Return whether it is the finding's rule that is named."""
        return self.rule.strip().lower() in (finding.code.lower(), finding.name)

    def covers(self, finding: Finding) -> bool:
        """Return whether this finding shall not be reported."""
        if not self.names(finding):
            return False
        if self.within is None:
            return True
        at, line = finding.place.path, finding.place.line
        here = line is not None and line == self.place.line
        return here or any(at[: len(path)] == path for path in self.within)


def suppressions_of(
    document: Document, text: str = "", *, section: bool = True
) -> tuple[Suppression, ...]:
    r"""Return what a document says in its section `lint`, and in comments of its text.

    Args:
        document: its data and their places.
        text: that it was read from.
        section: whether `lint` is ours; another library's means something else.

    Raises:
        ConfigError: the section is not in order.

    >>> from lehr.config.documents import parse_document
    >>> text = "schedules:\n  lr: 1e-3  # lehr: ignore[LH012] a test\n"
    >>> [each] = suppressions_of(parse_document(text), text)
    >>> each.rule, each.reason, each.within
    ('LH012', 'a test', (('schedules', 'lr'),))
    """
    said = tuple(_in_section(document)) if section else ()
    return (*said, *_in_comments(document, text))


# --------------------------------------------------------------------- the section


def _in_section(document: Document) -> Iterator[Suppression]:
    section = document.data.get("lint")
    if section is None:
        return
    problems = list(_misshapen(document, section))
    if problems:
        raise ConfigError(problems)
    for index, item in enumerate(section.get("ignore") or ()):
        path: Path = ("lint", "ignore", index)
        line, column = document.place(path) or (None, None)
        given: Mapping[str, Any] = item if isinstance(item, dict) else {"rule": item}
        place = Place(document.source, line, column, path)
        yield Suppression(given["rule"], str(given.get("reason") or ""), place)


def _misshapen(document: Document, section: Any) -> Iterator[Problem]:
    if not isinstance(section, dict):
        message = f"lint must be a mapping, got {section!r}"
        yield document.problem("LH107", message, ("lint",), _FORM)
        return
    for key in section.keys() - {"ignore"}:
        message, hint = f'unknown key "{key}"', suggest(key, ["ignore"])
        yield document.problem("LH103", message, ("lint", key), hint, key=True)
    items = section.get("ignore") or []
    if not isinstance(items, list):
        message = f"ignore must be a list, got {items!r}"
        yield document.problem("LH107", message, ("lint", "ignore"), _FORM)
        return
    for index, item in enumerate(items):
        yield from _misshapen_item(document, item, ("lint", "ignore", index))


def _misshapen_item(document: Document, item: Any, path: Path) -> Iterator[Problem]:
    if isinstance(item, str):
        return
    if not isinstance(item, dict) or not isinstance(item.get("rule"), str):
        message = f"what is ignored needs a rule and a reason, got {item!r}"
        yield document.problem("LH107", message, path, _FORM)
        return
    for key in item.keys() - set(_KEYS):
        message, hint = f'unknown key "{key}"', suggest(key, _KEYS)
        yield document.problem("LH103", message, (*path, key), hint, key=True)


# -------------------------------------------------------------------- the comments


def _in_comments(document: Document, text: str) -> Iterator[Suppression]:
    if "lehr:" not in text:
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        start = _comment(line)
        found = _COMMENT.match(line[start:]) if start is not None else None
        if found is None or start is None:
            continue
        alone = not line[:start].strip()
        within = _covered(document, _below(lines, number) if alone else number)
        place = Place(document.source, number, start + 1, ())
        for rule in (found[1] or "").split(","):
            yield Suppression(rule.strip(), found[2].strip(), place, within)


def _comment(line: str) -> int | None:
    """Return where the comment of a line begins; a # in quotes begins none."""
    quote = ""
    for at, character in enumerate(line):
        before = line[at - 1] if at else " "
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and before in " \t[{(,:=":
            quote = character
        elif character == "#" and before in " \t":
            return at
    return None


def _below(lines: list[str], number: int) -> int:
    """Return the first line below line `number` that is more than a comment."""
    for below, line in enumerate(lines[number:], number + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return below
    return number


def _covered(document: Document, number: int) -> tuple[Path, ...]:
    """Return what begins on a line; if nothing does, the last thing above it."""
    starts = {p: at for p, at in document.places.items() if p and type(p[-1]) is int}
    starts |= document.keys
    if not starts:
        return (("schedules",),)  # an expression
    here = tuple(path for path, (line, _) in starts.items() if line == number)
    if here:
        return here
    above = [(place, path) for path, place in starts.items() if place[0] < number]
    return (max(above)[1],) if above else ()
