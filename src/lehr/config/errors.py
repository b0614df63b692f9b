"""What a reader of text has to say about it: problems with their places."""

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]

CODES = {
    "LH100": "an expression cannot be parsed",
    "LH101": "a document cannot be parsed",
    "LH102": "unknown schedule",
    "LH103": "unknown argument or key",
    "LH104": "missing argument or key",
    "LH105": "argument or key given twice",
    "LH106": "a value is refused by its rule",
    "LH107": "a value has the wrong type",
    "LH108": "a duration cannot be resolved",
    "LH109": "text may not hold code",
    "LH110": "a file is missing or cannot be read",
    "LH111": "nested too deeply, or too large",
    "LH112": "a YAML tag is refused",
    "LH114": "unknown scheduler",
    "LH115": "unknown optimizer",
    "LH116": "a library is missing",
    "LH120": "unknown kind of data, model or optimizer",
    "LH121": "an argument of the command line cannot be read",
    "LH122": "data are empty or unfit",
    "LH123": "a path leads out of its folder",
    "LH124": "there is no run to continue",
    "LH125": "a run would be continued with other settings or data",
    "LH130": "a plan lacks something, or contradicts itself or the run",
    "LH131": "one thing is said in two places",
    "LH132": "the version of a document is not one that is read here",
    "LH133": "unknown group of parameters",
    "LH140": "an edit of a text cannot be made there",
}
"""Every code of a problem in text, and what it means."""

FEW = 16
"""Known names that are listed behind a guess."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a text, where it is, and what would mend it.

    Args:
        code: a key of `CODES`.
        message: what is wrong, one line without a full stop.
        source: the file as its user named it.
        line: the line, from 1; `None` if it has no place in a text.
        column: the column, from 1.
        path: the place in the document, as `format_path` writes it.
        hint: what to do, one line.

    >>> print(Problem("LH102", 'unknown schedule "cosin"', "run.yaml", 10, 11,
    ...               "schedules.lr.kind", 'did you mean "cosine"?'))
    error[LH102]: unknown schedule "cosin"
      --> run.yaml:10:11   at schedules.lr.kind
       = did you mean "cosine"?
    """

    code: str
    message: str
    source: str = "<text>"
    line: int | None = None
    column: int | None = None
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        numbers = (str(n) for n in (self.line, self.column) if n is not None)
        place = ":".join((self.source, *numbers))
        lines = [f"error[{self.code}]: {self.message}", f"  --> {place}"]
        if self.path:
            lines[-1] += f"   at {self.path}"
        if self.hint:
            lines.append(f"   = {self.hint}")
        return "\n".join(lines)


class ConfigError(ValueError):
    """All problems of a text at once, in the order of the text; text by text.

    >>> error = ConfigError([Problem("LH101", "the document is empty", "run.yaml")])
    >>> print(error)
    error[LH101]: the document is empty
      --> run.yaml
    >>> error.problems[0].code
    'LH101'
    """

    problems: list[Problem]

    def __init__(self, problems: Iterable[Problem]) -> None:
        given = list(problems)
        order = {p.source: i for i, p in reversed(list(enumerate(given)))}
        self.problems = sorted(
            given, key=lambda p: (order[p.source], p.line or 0, p.column or 0)
        )
        if not self.problems:
            raise ValueError("problems must hold at least one Problem, got none")
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.problems))


def format_path(path: Path) -> str:
    """Return a path through a document as people write it.

    >>> format_path(("groups", 0, "schedules", "lr"))
    'groups[0].schedules.lr'
    """
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(parts).removeprefix(".")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown `name`: the nearest known one, and the others.

    >>> suggest("cosin", ["linear", "cosine"])
    'did you mean "cosine"? known: cosine, linear'
    >>> suggest("zzz", ["linear", "cosine"])
    'known: cosine, linear'
    """
    names = sorted(known)
    if not names:
        return "none is allowed here"
    import difflib

    lowered = {other.lower(): other for other in names}
    near = difflib.get_close_matches(name.lower(), lowered, n=1)
    if not near:
        return f"known: {', '.join(names)}"
    listed = ", ".join(names[:FEW]) + (", ..." if len(names) > FEW else "")
    return f'did you mean "{lowered[near[0]]}"? known: {listed}'
