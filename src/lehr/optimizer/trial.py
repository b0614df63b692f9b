"""What an optimizer's own class says to its arguments, tried on a spare parameter."""

from collections.abc import Mapping
from typing import Any

import torch
from torch.optim import Optimizer

from lehr.config.errors import Problem
from lehr.optimizer.arguments import Place, is_required, parameters

MUON = "use_muon"
"""The key by which a param group says that its matrices are for Muon."""


def refusals(
    kind: type[Optimizer],
    base: Mapping[str, Any],
    options: Mapping[str, Any],
    place: Place,
) -> list[Problem]:
    """Return what the class refuses of `options`, given the arguments in `base`.

    Each option is tried by itself, and once more beside those that pass, since some
    need another one. A refusal that no single option brings about belongs to all of
    them together.
    """
    together = message_of(kind, {**base, **options})
    if together is None:
        return []
    alone = {
        name: message
        for name, value in options.items()
        if (message := message_of(kind, {**base, name: value})) is not None
    }
    passed = {name: value for name, value in options.items() if name not in alone}
    for name in list(alone):
        tried = {**base, **passed, name: options[name]}
        if message_of(kind, tried) is None:
            del alone[name]
    if not alone:
        return [place.problem("LH106", f"{place.spec.name} refuses: {together}")]
    return [
        place.problem("LH106", f"{name} is refused: {message}", name)
        for name, message in alone.items()
    ]


def required(kind: type[Optimizer], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the arguments without which there is nothing to try."""
    known = parameters(kind)
    return {name: arguments[name] for name in arguments if is_required(known[name])}


def message_of(kind: type[Optimizer], arguments: Mapping[str, Any]) -> str | None:
    """Return the words of the class when it refuses the arguments; None if it takes."""
    spare = _spare()
    if _answer([spare], kind, arguments) is None:
        return None
    return _answer([{"params": [spare], MUON: True}], kind, arguments)


def wants_muon_marked(kind: type[Optimizer], arguments: Mapping[str, Any]) -> bool:
    """Tell whether a class takes only groups that say whether they are for Muon."""
    if _answer([_spare()], kind, arguments) is None:
        return False
    return message_of(kind, arguments) is None


def _spare() -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.zeros(2, 2))


def _answer(
    params: list[Any], kind: type[Optimizer], arguments: Mapping[str, Any]
) -> str | None:
    try:
        kind(params, **arguments)
    except Exception as error:  # its author's choice: ValueError to IndexError
        return said(error)
    return None


def said(error: Exception) -> str:
    """Return the words of an error, with its kind where they alone say little."""
    words = " ".join(str(error).split())
    if isinstance(error, ValueError) and words:
        return words
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
