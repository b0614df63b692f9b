"""What has changed between two schedules, or between two documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from lehr.config.configuration import Config
from lehr.config.durations import Run
from lehr.config.errors import ConfigError, Path, format_path
from lehr.config.meaning import Meaning, same_length
from lehr.config.migrations import CURRENT, migrate, version_of
from lehr.config.plain import plain
from lehr.schedules import Schedule

Kind = Literal["changed", "added", "removed"]

MOST_SHOWN = 60
"""Characters of a value in a line about it."""

MOST_ITEMS = 200
"""Elements of the longest lists in which an insertion is looked for."""


@dataclass(frozen=True)
class Change:
    """One difference between two things, at its place.

    Args:
        path: keys, fields and indices that lead to it; of two schedules alone, the
            name of their class first.
        kind: "changed", "added" or "removed".
        before: the value there before; None if it was added.
        after: the value there now; None if it was removed.

    >>> print(Change(("train", "epochs"), "changed", 5, 7))
    train.epochs: 5 -> 7
    >>> print(Change(("train", "patience"), "added", None, 3))
    train.patience: added 3
    """

    path: Path
    kind: Kind
    before: Any
    after: Any

    def __str__(self) -> str:
        start = f"{format_path(self.path)}: " if self.path else ""
        if self.kind == "added":
            return f"{start}added {_shown(self.after)}"
        if self.kind == "removed":
            return f"{start}removed {_shown(self.before)}"
        return f"{start}{_shown(self.before)} -> {_shown(self.after)}"


def changes(before: Any, after: Any, *, plan: Run | None = None) -> tuple[Change, ...]:
    """Return what differs between two schedules or two documents, in their order.

    What is compared is what is meant: 1e-3 and 0.001 are one number, `wsd(...)`, the
    same call in other words and a mapping with a `kind` are one schedule, `5%` is 500
    where the run has 10,000 updates, and so is `64k samples` as `64000 samples`. Of two
    schedules of one shape, the fields that differ are named. An expression that cannot
    be resolved, since nothing tells the length of the run, is compared as it was
    said, its spelling aside.

    Args:
        before: a schedule; a mapping of schedules; or a document: a mapping of plain
            data, a `Document`, a `Config`, an OmegaConf container.
        after: the same kind of thing.
        plan: what durations of both documents resolve against; by default the plan of
            each.

    Raises:
        TypeError: one is a schedule or a mapping, and the other is not.

    >>> from lehr import Linear
    >>> [change] = changes(Linear(1.0, 0.0, 10), Linear(1.0, 3e-05, 10))
    >>> print(change)
    Linear.end: 0.0 -> 3e-05
    >>> document = {"schedules": {"lr": "wsd(1e-3, warmup=9, decay=1, stable=5)"}}
    >>> shorter = {"schedules": {"lr": "wsd(0.001, stable=2, decay=1, warmup=9)"}}
    >>> print(*changes(document, shorter))
    schedules.lr.pieces[1].steps: 5 -> 2
    """
    if isinstance(before, Schedule) and isinstance(after, Schedule):
        alike = type(before) is type(after)
        path = (type(before).__name__,) if alike else ()
        return tuple(_compared(before, after, path, False))
    given = []
    for each in (before, after):
        own = each.plan if isinstance(each, Config) else None
        data = plain(each.document if isinstance(each, Config) else each)
        if not isinstance(data, Mapping):
            raise TypeError(
                "before and after must be two schedules or two documents, got "
                f"{before!r} and {after!r}"
            )
        given.append(Meaning(_in_todays_grammar(data), plan or own))
    return tuple(_documents(*given))


def _in_todays_grammar(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document in today's form, without its version; else data as they are."""
    of_schedules = any(isinstance(each, Schedule) for each in data.values())
    if of_schedules or version_of(data) is None:
        return data
    try:
        made = data if version_of(data) == CURRENT else migrate(data)
    except ConfigError:
        return data
    return {key: value for key, value in made.items() if key != "schema"}


def _documents(was: Meaning, now: Meaning) -> Iterator[Change]:
    old, new = was.data, now.data
    for key in _keys(old, new):
        path: Path = (key,)
        if key not in old or key not in new:
            yield _one_sided(old.get(key), new.get(key), path, key in new)
        elif key == "schedules":
            yield from _schedules(was, now, path)
        else:
            yield from _compared(old[key], new[key], path, key in Meaning.WITH_LENGTHS)


def _schedules(was: Meaning, now: Meaning, path: Path) -> Iterator[Change]:
    """Yield the changes of schedules, which stand by field, perhaps by group."""
    old, new = was.at(path), now.at(path)
    if was.holds_groups(old) and now.holds_groups(new):
        for key in _keys(old, new):
            inner = (*path, key)
            if key in old and key in new:
                yield from _schedules(was, now, inner)
            else:
                yield _one_sided(old.get(key), new.get(key), inner, key in new)
        return
    built = was.schedule(path), now.schedule(path)
    if _numbers((old, new)):
        yield from _compared(old, new, path, False)
    elif built[0] is not None and built[1] is not None:
        yield from _compared(*built, path, False)
    elif was.said(path) != now.said(path):
        yield from _compared(old, new, path, True)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the keys of both; null in one is the same as nothing in the other."""
    keys = (*old, *(key for key in new if key not in old))
    return [key for key in keys if old.get(key) is not None or new.get(key) is not None]


def _one_sided(old: Any, new: Any, path: Path, added: bool) -> Change:
    return Change(path, "added" if added else "removed", old, new)


def _compared(old: Any, new: Any, path: Path, lengths: bool) -> Iterator[Change]:
    """Yield the changes between two values; `lengths` may be there as texts."""
    if isinstance(old, Schedule) and type(old) is type(new):
        for name in type(old).__dataclass_fields__:
            values = getattr(old, name), getattr(new, name)
            yield from _compared(*values, (*path, name), False)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in _keys(old, new):
            inner = (*path, key)
            if key in old and key in new:
                yield from _compared(old[key], new[key], inner, lengths)
            else:
                yield _one_sided(old.get(key), new.get(key), inner, key in new)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        yield from _sequences(list(old), list(new), path, lengths)
    elif not (_equal(old, new) or (lengths and same_length(old, new))):
        yield Change(path, "changed", old, new)


def _sequences(
    old: list[Any], new: list[Any], path: Path, lengths: bool
) -> Iterator[Change]:
    """Yield the changes of a list: element by element, what was put in or taken out."""
    if len(old) == len(new):
        for index, pair in enumerate(zip(old, new, strict=True)):
            yield from _compared(*pair, (*path, index), lengths)
    elif max(len(old), len(new)) > MOST_ITEMS or _numbers(old + new):
        yield Change(path, "changed", tuple(old), tuple(new))
    else:
        yield from _aligned(old, new, path, lengths)


def _aligned(
    old: list[Any], new: list[Any], path: Path, lengths: bool
) -> Iterator[Change]:
    was, now = ([repr(each) for each in side] for side in (old, new))
    found = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    for tag, a, b, c, d in found:
        both = 0 if tag == "equal" else min(b - a, d - c)
        for i in range(both):
            yield from _compared(old[a + i], new[c + i], (*path, a + i), lengths)
        if tag != "equal":
            for i in range(a + both, b):
                yield Change((*path, i), "removed", old[i], None)
            for i in range(c + both, d):
                yield Change((*path, i), "added", None, new[i])


def _numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(each, int | float) for each in values)


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    same: bool = old == new or (old != old and new != new)
    return same


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= MOST_SHOWN else shown[: MOST_SHOWN - 3] + "..."
