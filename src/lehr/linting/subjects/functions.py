"""The functions that live schedulers hold: which are saved, which may be called."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Literal

Kind = Literal["plain", "changing", "object"]

_PLAIN = (int, float, complex, str, bytes, bool, type(None), tuple, frozenset, type)


@dataclass(frozen=True)
class Held:
    """A function that a scheduler holds.

    Args:
        where: such as "lr_lambdas[0]".
        name: of the function.
        kind: "plain" depends on its argument alone, as far as its closure tells;
            "changing" closes over something that may change; "object" is a callable
            with a state of its own, which torch saves.
    """

    where: str
    name: str
    kind: Kind


def functions_of(scheduler: Any) -> tuple[Held, ...]:
    """Return the users' functions in a torch scheduler and in those inside it.

    transformers' own are left out: they are made anew from the arguments.

    Args:
        scheduler: the object; nothing in it is called.
    """
    return tuple(_held(scheduler))


def _held(scheduler: Any) -> Iterator[Held]:
    found = vars(scheduler) if hasattr(scheduler, "__dict__") else {}
    for index, function in enumerate(found.get("lr_lambdas") or ()):
        yield from _one(f"lr_lambdas[{index}]", function)
    scale = found.get("_scale_fn_custom")
    if scale is not None:
        yield from _one("scale_fn", scale)
    for index, inner in enumerate(found.get("_schedulers") or ()):
        for each in _held(inner):
            yield Held(f"_schedulers[{index}].{each.where}", each.name, each.kind)


def _one(where: str, function: Any) -> Iterator[Held]:
    inner = getattr(function, "func", function)  # of a partial
    module = str(getattr(inner, "__module__", ""))
    if module.startswith(("transformers.", "lehr.")):
        return
    name = getattr(inner, "__qualname__", type(inner).__name__)
    if not isinstance(inner, FunctionType):
        yield Held(where, type(inner).__name__, "object")
    elif _is_closed(inner):
        yield Held(where, name.rpartition(".")[2], "plain")
    else:
        yield Held(where, name.rpartition(".")[2], "changing")


def _is_closed(function: FunctionType) -> bool:
    """Return whether a function reads nothing that may change under it."""
    around = (function.__globals__.get(name) for name in function.__code__.co_names)
    return all(_is_plain(cell) for cell in function.__closure__ or ()) and not any(
        isinstance(value, list | dict | set) for value in around
    )


def _is_plain(cell: Any) -> bool:
    try:
        value = cell.cell_contents
    except ValueError:
        return True
    return isinstance(value, (*_PLAIN, FunctionType))
