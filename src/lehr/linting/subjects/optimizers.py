"""What is known of an optimizer: from a section, a name, or a live one."""

from collections.abc import Iterator, Mapping
from typing import Any

from lehr.config.plain import plain
from lehr.linting.base import Optimizer

_ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.0}
DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "adam": _ADAM,
    "adamw": _ADAM | {"weight_decay": 0.01},
    "nadam": _ADAM,
    "radam": _ADAM,
    "adamax": _ADAM,
    "lamb": _ADAM | {"eps": 1e-6},
    "lion": {"beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "sgd": {"momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0},
    "rmsprop": {"alpha": 0.99, "momentum": 0.0, "eps": 1e-8, "weight_decay": 0.0},
    "adagrad": {"lr_decay": 0.0, "eps": 1e-10, "weight_decay": 0.0},
    "adadelta": {"rho": 0.9, "eps": 1e-6, "weight_decay": 0.0},
    "muon": {"momentum": 0.95, "weight_decay": 0.1},
}
"""What is in force where nothing is said: the defaults of torch, or of the author."""

RUN_DEFAULTS: Mapping[str, Mapping[str, float]] = {"sgd": {"momentum": 0.9}}
"""Where `kind` in a document of `lehr train` means other defaults."""

_NAMES = ("kind", "name", "class_name", "_target_", "type", "class_path")
_SAME = {"learning_rate": "lr", "wd": "weight_decay"}


def optimizer_of(given: Any) -> Optimizer:
    """Return what is known of an optimizer, which is only read.

    Args:
        given: a section of a document, such as {"kind": "adamw", "beta2": 0.95} or
            {"name": "AdamW", "betas": [0.9, 0.95]}; a name; a live torch optimizer, or
            what wraps one, of which the first group is read; an `Optimizer`; or None.

    Raises:
        TypeError: it is none of these.

    >>> optimizer_of({"name": "AdamW", "betas": [0.9, 0.95]}).values["beta2"]
    0.95
    >>> optimizer_of("sgd").values["momentum"]
    0.0
    """
    if given is None:
        return Optimizer()
    if isinstance(given, Optimizer):
        return given
    if isinstance(given, str):
        return _known({"name": given})
    live = innermost(given)
    groups = getattr(live, "param_groups", None)
    if groups:
        return _known({"name": type(live).__name__, **groups[0]})
    section = plain(given)
    if isinstance(section, Mapping):
        return _known(section)
    raise TypeError(
        "optimizer must be a name, a mapping of settings or a torch optimizer, "
        f"got {given!r}"
    )


def _known(section: Mapping[str, Any]) -> Optimizer:
    key = next((k for k in _NAMES if isinstance(section.get(k), str)), None)
    kind = str(section[key]).rpartition(".")[2].lower() if key else ""
    values = dict(DEFAULTS.get(kind, {}))
    if key == "kind":
        values |= RUN_DEFAULTS.get(kind, {})
    inner = section.get("args", section.get("init_args"))
    for part in (section, inner if isinstance(inner, Mapping) else {}):
        for name, value in part.items():
            values |= dict(_settings(str(name), value))
    return Optimizer(kind, values)


def _settings(name: str, value: Any) -> Iterator[tuple[str, float]]:
    if name == "betas" and isinstance(value, list | tuple):
        for index, beta in enumerate(value, 1):
            yield from _settings(f"beta{index}", beta)
    elif name != "params" and (x := number(value)) is not None:
        yield _SAME.get(name, name), x


# --------------------------------------------------------------------- a live optimizer


def innermost(optimizer: Any) -> Any:
    """Return the optimizer that accelerate's and others' wrap."""
    for _ in range(4):
        inner = getattr(optimizer, "optimizer", None)
        if inner is None or not hasattr(inner, "param_groups"):
            break
        optimizer = inner
    return optimizer


def number(value: Any) -> float | None:
    """Return a number, also one in a tensor or an array; None if it is none.

    >>> number(3), number(True), number("3")
    (3.0, None, None)
    """
    if isinstance(value, bool | str) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if getattr(value, "size", None) == 1 or getattr(value, "ndim", None) == 0:
        return float(value.item())
    return float(value.detach()) if is_tensor(value) and value.numel() == 1 else None


def is_tensor(value: Any) -> bool:
    """Return whether a value is a torch tensor, without importing torch."""
    return any(kind.__module__ == "torch" for kind in type(value).__mro__)


def updates_made(optimizer: Any) -> int | None:
    """Return how many updates an optimizer has made, by its own count.

    None if it keeps none (SGD does not), or its parameters have different ones.
    """
    inner = innermost(optimizer)
    state = getattr(inner, "state", None)
    if not isinstance(state, Mapping):
        return None
    if not state:
        return 0 if "adam" in type(inner).__name__.lower() else None
    found = {
        number(each.get("step")) for each in state.values() if isinstance(each, Mapping)
    }
    count = next(iter(found)) if len(found) == 1 else None
    return None if count is None else round(count)
