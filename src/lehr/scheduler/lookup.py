"""The names of schedulers in configurations, and what each stands for."""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from lehr.config import names
from lehr.config.errors import suggest
from lehr.dialects.base import Dialect
from lehr.dialects.catalog import dialect

LIBRARIES = ("torch", "timm", "template")
"""Those whose names need no library beside them, in the order they are asked."""

LIBRARY = "library"
"""The argument that names another one."""

TIMM = "timm_"
"""What timm's names may begin with."""


@dataclass(frozen=True)
class Entry:
    """A scheduler of another library."""

    dialect: Dialect
    library: str

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters that a configuration may give."""
        return parameters(self.dialect)


def parameters(dialect: Dialect) -> dict[str, inspect.Parameter]:
    """Return the parameters of a dialect that a configuration may give."""
    function = dialect.curve or dialect.metric_driven
    if function is None:
        raise ValueError(f"{dialect.name} has neither a curve nor a controller")
    known = dict(inspect.signature(function).parameters)
    if dialect.curve is not None and not dialect.absolute:
        del known[next(iter(known))]  # the group's own value
    known.pop("exact", None)
    return known


@cache
def table() -> Mapping[str, tuple[Entry, ...]]:
    """Return every scheduler by its name; two libraries may use one name."""
    found: dict[str, tuple[Entry, ...]] = {}
    for library in LIBRARIES:
        dialects = import_module(f"lehr.dialects.{library}").SCHEDULERS
        for entry in (Entry(one, library) for one in dialects):
            name = entry.dialect.name.removeprefix(TIMM)
            found[name] = (*found.get(name, ()), entry)
            if library == "timm":
                found[TIMM + name] = (*found.get(TIMM + name, ()), entry)
    return found


def find(name: str, given: Iterable[str], library: str | None = None) -> Entry | None:
    """Return the scheduler of that name; of two, the one that knows what is given.

    Args:
        name: as the configuration has it.
        given: the arguments that it has.
        library: whose name it is, one of `lehr.dialects.catalog.LIBRARIES`; None asks
            torch, timm and the template.

    Raises:
        ValueError: there is no such library, or it has no such scheduler.

    >>> find("cosine", [], "transformers").library
    'transformers'

    >>> find("ChainedScheduler", ["schedulers"]).library
    'torch'
    >>> find("ChainedScheduler", ["schedulers", "step_ranges"]).library
    'template'
    """
    if library is not None:
        return Entry(dialect(library, name), library)
    entries = table().get(name, ())
    for entry in entries:
        if set(given) <= set(entry.parameters):
            return entry
    # None knows all that is given: the one that knows most of it, or the first.
    return max(entries, key=lambda e: len(set(given) & set(e.parameters)), default=None)


def known_arguments(name: str) -> list[str]:
    """Return the arguments of the schedulers of that name.

    >>> known_arguments("ChainedScheduler")
    ['schedulers', 'step_ranges']
    """
    entries = table().get(name, ())
    return list(dict.fromkeys(each for one in entries for each in one.parameters))


def is_lehrs(name: str) -> bool:
    """Tell whether lehr's own documents know the name.

    >>> is_lehrs("warmup_cosine"), is_lehrs("StepLR")
    (True, False)
    """
    return name in names.known() or name in names.CODE


def shown() -> list[str]:
    """Return the names to list when an unknown one was read."""
    theirs = [
        TIMM + entries[0].dialect.name.removeprefix(TIMM)
        if entries[0].library == "timm"
        else name
        for name, entries in table().items()
    ]
    return [*dict.fromkeys(theirs), *names.shown()]


def hint_for(name: str) -> str:
    """Return the hint at the name that is meant.

    >>> hint_for("cosine_annealing").split("?")[0]
    'did you mean "CosineAnnealingLR"'
    """
    if name.lower() in ("none", "null"):
        return "for a run without a scheduler build none"
    known = {_plain(other): other for other in reversed(shown())}
    plain = _plain(name)
    endings = ("", "lr", "lrscheduler", "scheduler")
    near = [known[plain + end] for end in endings if plain + end in known]
    return suggest(near[0] if near else name, shown())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
