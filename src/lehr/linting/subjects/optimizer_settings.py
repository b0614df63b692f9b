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
    """Return what is known of an optimizer.

    Args:
        given: a section of a document, such as {"kind": "adamw", "beta2": 0.95} or
            {"name": "AdamW", "betas": [0.9, 0.95]}; a name; a live torch optimizer,
            of which the settings are read; an `Optimizer`; or None.

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
    groups = getattr(given, "param_groups", None)
    if groups:
        return _known({"name": type(given).__name__, **groups[0]})
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
            values |= dict(_numbers(str(name), value))
    return Optimizer(kind, values)


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    if name == "betas" and isinstance(value, list | tuple):
        for index, beta in enumerate(value, 1):
            yield from _numbers(f"beta{index}", beta)
        return
    if isinstance(value, bool) or name == "params":
        return
    if isinstance(value, int | float):
        yield _SAME.get(name, name), float(value)
    elif hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        yield name, float(value)
