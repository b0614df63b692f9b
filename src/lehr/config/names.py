"""The words that text may use for a schedule, and what each stands for."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cache

from lehr import schedules
from lehr.schedules import Schedule

Factory = Callable[..., Schedule]

ALIASES = {"wsd": "warmup_stable_decay", "sgdr": "warm_restarts"}
"""Short names, each for one recipe."""

CODE = frozenset({"Function", "function", "Counted", "RunningProduct"})
"""Schedules that hold Python code, which no text can carry."""

_NOT_SCHEDULES = CODE | {"Phase", "Schedule"}

LENGTHS = frozenset(
    (
        *("begin", "boundaries", "by", "cooldown", "decay", "down", "every", "length"),
        *("milestones", "period", "points", "stable", "steps", "stop", "timescale"),
        *("total", "up", "warmup"),
    )
)
"""Parameters that are lengths or places on the clock, so that durations fit them."""

_EXCEPTIONS = {
    ("Window", "start"): True,
    ("Repeat", "decay"): False,
    ("warm_restarts", "decay"): False,
}
"""Where a word of `LENGTHS` means something else, or another word means a length."""


@cache
def known() -> Mapping[str, str]:
    """Return every word with the public name that it stands for.

    A class may be written as it is named or in lower case; where a recipe has that
    name already, the recipe is meant.

    >>> known()["Cosine"], known()["cosine"], known()["wsd"]
    ('Cosine', 'Cosine', 'warmup_stable_decay')
    """
    public = [name for name in schedules.__all__ if name not in _NOT_SCHEDULES]
    table = {lowered(name): name for name in public}
    table |= {name: name for name in public}
    return table | {k: name for k, name in ALIASES.items() if name in table}


def lowered(name: str) -> str:
    """Return a class name as a lower-case word.

    >>> lowered("OneMinusSqrt")
    'one_minus_sqrt'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def target(path: str) -> str | None:
    """Return the word that a dotted path of lehr's own stands for; nothing is imported.

    >>> target("lehr.wsd"), target("lehr.schedules.Cosine"), target("os.system")
    ('wsd', 'Cosine', None)
    """
    found = re.fullmatch(r"lehr(?:\.schedules(?:\.\w+)?)?\.(\w+)", path)
    if found is None:
        return None
    word = found[1]
    return word if known().get(word) in (word, ALIASES.get(word, word)) else None


def shown() -> list[str]:
    """Return the words to list when an unknown one was read."""
    return [word for word in known() if word == lowered(word)]


def factory(word: str) -> Factory:
    """Return the class or recipe that a known word stands for."""
    made: Factory = getattr(schedules, known()[word])
    return made


@cache
def parameters(word: str) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of what a known word stands for."""
    return inspect.signature(factory(word)).parameters


def takes_length(word: str, parameter: str) -> bool:
    """Return whether a duration fits this parameter.

    >>> takes_length("linear", "steps"), takes_length("linear", "end")
    (True, False)
    """
    return _EXCEPTIONS.get((known()[word], parameter), parameter in LENGTHS)


def takes_text(word: str, parameter: str) -> bool:
    """Return whether this parameter is a plain string, such as the name of a mode."""
    return bool(re.search(r"\bstr\b|Literal", str(parameters(word)[parameter])))
