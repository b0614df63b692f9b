"""Every library whose schedulers have a dialect, and each dialect by its name."""

import difflib
from functools import cache
from importlib import import_module

from lehr.dialects.base import Dialect

LIBRARIES = (
    "composer",
    "deepspeed",
    "fairseq",
    "fastai",
    "fvcore",
    "ignite",
    "keras",
    "lrsched",
    "megatron",
    "mmengine",
    "nanotron",
    "nemo",
    "olmo",
    "optax",
    "paddle",
    "pytorch_optimizer",
    "template",
    "timm",
    "torch",
    "torchtitan",
    "transformers",
)
"""The modules of `lehr.dialects` that have a table `SCHEDULERS`."""


@cache
def schedulers(library: str) -> dict[str, Dialect]:
    """Return a library's dialects by the names that the library uses.

    Args:
        library: one of `LIBRARIES`.

    Raises:
        ValueError: there is no such library.

    >>> list(schedulers("timm"))[:3]
    ['CosineLRScheduler', 'TanhLRScheduler', 'PolyLRScheduler']
    """
    if library not in LIBRARIES:
        raise ValueError(_unknown("library", library, LIBRARIES))
    module = import_module(f"lehr.dialects.{library}")
    return {dialect.name: dialect for dialect in module.SCHEDULERS}


def dialect(library: str, name: str) -> Dialect:
    """Return one scheduler of a library.

    Args:
        library: one of `LIBRARIES`.
        name: the library's own.

    Raises:
        ValueError: there is no such library, or it has no such scheduler.

    >>> dialect("torch", "StepLR").curve(1.0, step_size=30, gamma=0.5)(60)
    0.25
    """
    known = schedulers(library)
    if name not in known:
        raise ValueError(_unknown(f"scheduler of {library}", name, tuple(known)))
    return known[name]


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(str(name), known, 1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"unknown {kind} {name!r}: {hint}known: {', '.join(known)}"
