"""Findings for a person: code, place, the line itself, and what would mend it."""

from collections.abc import Mapping
from textwrap import wrap

from lehr.linting.reports.base import Entry, Outcome

_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_QUIET = "\x1b[34m"
_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def report(outcome: Outcome, *, width: int = 80, color: bool = False) -> str:
    """Return the findings, each with its line, and what they sum up to.

    Args:
        outcome: what was found.
        width: columns; longer lines are wrapped, or cut where they are quoted.
        color: whether to colour it for a terminal.
    """
    shown = [entry(e, outcome.texts, width=width, color=color) for e in _new(outcome)]
    return "\n\n".join([*shown, summary(outcome)])


def _new(outcome: Outcome) -> list[Entry]:
    return [each for each in outcome.entries if each.finding]


def entry(
    each: Entry,
    texts: Mapping[str, str] | None = None,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return one finding or problem, as it is shown.

    >>> print(entry(Entry("LH001", "negative", "error", "lr falls to -1", "lr.yaml",
    ...                   1, 5, "lr"), {"lr.yaml": "lr: linear(1, -1, 9)  # bad"}))
    error[LH001]: lr falls to -1
      --> lr.yaml:1:5   at lr
       |
     1 | lr: linear(1, -1, 9)
       |     ^^^^^^^^^^^^^^^^
    """
    paint = _COLORS[each.severity] if color else ""
    head = f"{each.severity}[{each.code}]"
    first, *others = wrap(f"{head}: {each.message}", width, subsequent_indent="    ")
    if color:
        rest = first.removeprefix(head)
        first = f"{paint}{head}{_RESET}{_BOLD}{rest}{_RESET}"
        others = [f"{_BOLD}{line}{_RESET}" for line in others]
    lines = [first, *others]
    numbers = (str(n) for n in (each.line, each.column) if n is not None)
    place = ":".join((each.source, *numbers)) if each.source else ""
    typed = each.source.startswith(("<command line>", "<argument"))
    at = f"at {each.at}" if each.at and not typed else ""
    if place or at:
        arrow = f"{_QUIET}-->{_RESET}" if color else "-->"
        lines.append(f"  {arrow} {'   '.join(part for part in (place, at) if part)}")
    text = (texts or {}).get(each.source, "")
    lines += _quoted(each, text, width, paint)
    if each.help:
        by_itself = "   (--fix does it)" if each.is_fixable else ""
        lines += _help(each.help + by_itself, width)
    return "\n".join(lines)


def _help(text: str, width: int) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent="   = ",
        subsequent_indent="     ",
        break_long_words=False,
    )


def _quoted(each: Entry, text: str, width: int, paint: str) -> list[str]:
    """Return the line that an entry is about, marked below; none if it is not known."""
    lines = text.splitlines()
    if each.line is None or each.column is None or each.line > len(lines):
        return []
    line = lines[each.line - 1].replace("\t", " ")
    begin = min(each.column - 1, len(line))
    end = max(extent(line, begin), begin + 1)
    number = str(each.line)
    gutter = max(len(number), 2)
    line, begin, end = _cut(line, begin, end, width - gutter - 3)
    mark = paint + "^" * (end - begin) + (_RESET if paint else "")
    bar = f"{_QUIET}|{_RESET}" if paint else "|"
    number = f"{_QUIET}{number:>{gutter}}{_RESET}" if paint else f"{number:>{gutter}}"
    blank = " " * gutter
    return [
        f"{blank} {bar}",
        f"{number} {bar} {line}",
        f"{blank} {bar} {' ' * begin}{mark}",
    ]


def _cut(line: str, begin: int, end: int, room: int) -> tuple[str, int, int]:
    """Return the part of a line around its mark that fits, and the mark in it."""
    line = _without_comment(line, end)
    if len(line) <= room:
        return line, begin, end
    end = min(end, begin + room - 6)
    first = max(0, min(begin - 4, len(line) - room + 3))
    if begin < room - 3 and end <= room - 3:
        first = 0
    shown = line[first:]
    lead = "..." if first else ""
    shown = lead + shown[len(lead) :]
    if len(shown) > room:
        shown = shown[: room - 3] + "..."
    return shown, begin - first, max(begin - first + 1, min(end - first, len(shown)))


def _without_comment(line: str, end: int) -> str:
    rest = line[end:]
    stripped = rest.lstrip()
    return line[:end] if stripped.startswith("#") else line.rstrip()


def extent(line: str, begin: int) -> int:
    """Return where the value that begins at an offset of a line ends on it.

    >>> line = "{lr: linear(1, 0, 9), other: 2}  # why"
    >>> line[5 : extent(line, 5)]
    'linear(1, 0, 9)'
    """
    open_ = list[str]()
    quote = ""
    flow = _is_flow(line[:begin])
    for at in range(begin, len(line)):
        character = line[at]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and (at == begin or not line[at - 1].isalnum()):
            quote = character
        elif character in _CLOSERS:
            open_.append(_CLOSERS[character])
        elif open_ and character == open_[-1]:
            open_.pop()
        elif character == "#" and at > begin and line[at - 1] in " \t":
            return len(line[:at].rstrip())
        elif not open_ and (character in ")]}" or (flow and character == ",")):
            return at
    end = len(line.rstrip())
    return end - 1 if line[:end].endswith(",") and end > begin else end


def _is_flow(before: str) -> bool:
    """Return whether a bracket is still open."""
    return sum(before.count(c) for c in "[{") > sum(before.count(c) for c in "]}")


# ------------------------------------------------------------------------ the sum


def summary(outcome: Outcome) -> str:
    """Return how many findings of each severity there are, where, and what to do."""
    counts = [_plural(n, severity) for severity, n in outcome.counts() if n]
    where = _where(outcome)
    fixable = sum(each.is_fixable for each in outcome.entries)
    others = []
    if fixable:
        others.append(f"{fixable} fixable with --fix")
    if outcome.suppressed:
        others.append(f"{outcome.suppressed} suppressed")
    said = f"{', '.join(counts) or 'nothing found'}{where}"
    lines = ["; ".join([said, ", ".join(others)] if others else [said])]
    if outcome.findings:
        lines.append(f"more: lehr explain {outcome.findings[0].code}")
    return "\n".join(lines)


def _where(outcome: Outcome) -> str:
    sources = outcome.looked_at
    if len(sources) == 1:
        return "" if sources[0].startswith("<") else f" in {sources[0]}"
    files = "texts" if any(name.startswith("<") for name in sources) else "files"
    found = {finding.place.source for finding in outcome.findings}
    if not found:
        return f" in {len(sources)} {files}" if sources else ""
    return f" in {len(found)} of {len(sources)} {files}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
