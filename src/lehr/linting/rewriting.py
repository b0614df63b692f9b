"""Edits that change one argument of a schedule where it is written."""

import re
from collections.abc import Mapping
from typing import Any

from lehr.config import names
from lehr.config.errors import Path
from lehr.linting.base import Fix, Subject

_PLAIN = r"(?<![\w.])[\d_.]+(?:[eE][+-]?\d+|[kKMBGT])?(?![\w%.])"


def written_at(subject: Subject, name: str) -> Any:
    """Return what the document says where schedule `name` stands; None if unknown."""
    place = subject.places.get(name)
    found: Any = subject.written or None
    for key in place.path if place else ():
        try:
            found = found[key]
        except (KeyError, IndexError, TypeError):
            return None
    return found if place and place.path else None


def with_argument(
    subject: Subject, name: str, argument: str, value: Any
) -> Mapping[Path, Any] | None:
    """Return the edits that give one argument another value, or take it away.

    Args:
        subject: with the document.
        name: of the schedule.
        argument: that is written out now, once, and by its name.
        value: the new one; None takes the argument away.

    Returns:
        The edits; None if the argument is not there, or might be another's.
    """
    written = written_at(subject, name)
    path = subject.places[name].path if name in subject.places else ()
    if isinstance(written, Mapping):
        kind = written.get("kind")
        if argument not in written or kind not in names.known():
            return None
        return {(*path, argument): value}
    if not isinstance(written, str):
        return None
    found = list(re.finditer(rf"\b{argument}\s*=\s*([^,()\[\]]+)", written))
    if len(found) != 1:
        return None
    (match,) = found
    if value is not None:
        text = written[: match.start(1)] + f"{value}" + written[match.end(1) :]
        return {path: text}
    before, after = written[: match.start()].rstrip(), written[match.end() :].lstrip()
    if before.endswith(","):
        return {path: before[:-1] + after}
    return {path: before + after.removeprefix(",").lstrip()}


def as_long_as_the_run(subject: Subject, name: str) -> Fix | None:
    """Return the fix that makes a schedule as long as the run, if there is one.

    It is safe where no other length of it is a bare number, which would be wrong for
    the same reason.
    """
    if subject.plan is None:
        return None
    for argument in ("total", "steps"):
        edits = with_argument(subject, name, argument, "100%")
        if edits:
            title = f"set {argument} to 100%: {subject.plan.updates:,} updates"
            return Fix(title, edits, _others_have_units(subject, name, argument))
    return None


def _others_have_units(subject: Subject, name: str, argument: str) -> bool:
    written = written_at(subject, name)
    if isinstance(written, Mapping):
        kind = written["kind"]
        return not any(
            names.takes_length(kind, key) and isinstance(each, int | float) and each
            for key, each in written.items()
            if key not in ("kind", argument)
        )
    lengths = "|".join(sorted(names.LENGTHS - {argument}))
    bare = rf"\b(?:{lengths})\s*=\s*{_PLAIN}(?=\s*[,)])"
    return re.search(bare, re.sub(r"=\s*0+(?=[,)])", "=0%", str(written))) is None
