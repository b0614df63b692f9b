"""Schedulers by name or class: Hydra's, Lightning's and flat configurations."""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path, suggest
from lehr.dialects import LIBRARIES, Named, schedulers
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Schedule

_SECTIONS = ("lr_scheduler", "scheduler", "lr_scheduler_config")
_RATES: tuple[Path, ...] = (
    ("optimizer", "init_args", "lr"),
    ("optimizer", "args", "lr"),
    ("optimizer", "params", "lr"),
    ("optimizer", "lr"),
    ("optim", "lr"),
    ("learning_rate",),
    ("lr",),
)
_NAMES = ("class_path", "_target_", "class_name", "name", "type")
_BESIDE = ("_partial_", "_recursive_", "_convert_", "_args_", "optimizer")
_FUNCTIONS = {
    "get_constant_schedule": "constant",
    "get_constant_schedule_with_warmup": "constant_with_warmup",
    "get_linear_schedule_with_warmup": "linear",
    "get_cosine_schedule_with_warmup": "cosine",
    "get_cosine_with_hard_restarts_schedule_with_warmup": "cosine_with_restarts",
    "get_polynomial_decay_schedule_with_warmup": "polynomial",
    "get_inverse_sqrt_schedule": "inverse_sqrt",
    "get_cosine_with_min_lr_schedule_with_warmup": "cosine_with_min_lr",
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": "cosine_warmup_with_min_lr",
    "get_wsd_schedule": "warmup_stable_decay",
}
"""transformers' functions, and the types whose they are."""
_SUBCLASSES = (
    "lightning.pytorch.cli.ReduceLROnPlateau",
    "pytorch_lightning.cli.ReduceLROnPlateau",
)
"""torch's own, with a `monitor`, as LightningCLI wants them."""


def place(source: Source) -> Path | None:
    """Return where a scheduler is named; None if nowhere."""
    path: Path = ()
    for _ in range(3):
        value = source.get(*path)
        if not isinstance(value, Mapping):
            return None
        inside = [key for key in _SECTIONS if isinstance(value.get(key), Mapping)]
        if inside:
            path = (*path, inside[0])
        elif any(isinstance(value.get(key), str) for key in _NAMES):
            return path
        else:
            return None
    return None


def call(source: Source, path: Path, library: str | None = None) -> Call:
    """Return the scheduler that is named at a place, with its arguments.

    Raises:
        ConfigError: it names none, or one of a library that is not known.
    """
    value = source.get(*path)
    if not isinstance(value, Mapping):
        source.fail("LH107", f"a scheduler must be a mapping, got {value!r}", path)
    key = next((k for k in _NAMES if isinstance(value.get(k), str)), None)
    if key is None:
        hint = f"write one of {', '.join(_NAMES)}"
        source.fail("LH104", "the scheduler has no name", path, hint)
    said = str(value[key])
    inner = next((k for k in ("init_args", "args", "params") if k in value), None)
    under = path if inner is None else (*path, inner)
    given = source.section(*under)
    # In a flat configuration the optimizer's rate may stand beside the arguments.
    beside = (key, *_BESIDE, *(() if under else ("lr", "learning_rate")))
    arguments = {k: v for k, v in given.items() if k not in beside}
    first, _, _ = said.partition(".")
    name = said.rpartition(".")[2]
    if said in _SUBCLASSES:
        first = "torch"
    found = library or (first if "." in said else _library(source, name, (*path, key)))
    if found == "transformers" and name in _FUNCTIONS:
        name = _FUNCTIONS[name]
    if found not in LIBRARIES:
        message = f'"{said}" is of no library that is known here'
        source.fail("LH114", message, (*path, key), suggest(found, LIBRARIES))
    made = Call(source, found, name, arguments, under, (*path, key), said)
    return _with_parts(made)


def _library(source: Source, name: str, path: Path) -> str:
    """Return whose a bare name is."""
    for library in ("torch", "timm", "template"):
        if name in schedulers(library):
            return library
    owners = [library for library in LIBRARIES if name in _names(library)]
    if len(owners) == 1:
        return owners[0]
    if owners:
        hint = f"pass library=, one of {', '.join(owners)}"
        source.fail("LH114", f'"{name}" is in several libraries', path, hint)
    hint = suggest(name, schedulers("torch"))
    source.fail("LH114", f'unknown scheduler "{name}"', path, hint)


def _names(library: str) -> Mapping[str, Any]:
    try:
        return schedulers(library)
    except ImportError:
        return {}


def _with_parts(made: Call) -> Call:
    """Return a composite with its parts as schedulers of their own."""
    parts = made.arguments.get("schedulers")
    if not isinstance(parts, list):
        return made
    made_parts: list[Named] = []
    for index in range(len(parts)):
        path = (*made.path, "schedulers", index)
        made_parts.append(call(made.source, path, made.library).named())
    arguments = {**made.arguments, "schedulers": made_parts}
    return Call(
        made.source,
        made.library,
        made.name,
        arguments,
        made.path,
        made.name_path,
        made.said,
    )


def read(source: Source, library: str | None = None) -> Schedule:
    """Return the schedule of the scheduler that is named."""
    path = place(source)
    if path is None:
        hint = 'write it as {"name": "StepLR", ...} or under "lr_scheduler"'
        source.fail("LH104", "there is no scheduler", (), hint)
    return call(source, path, library).curve(source.rate(*_RATES))


def _marks(source: Source) -> bool:
    return place(source) is not None


FORMAT = Format("torch", _marks, read)
