"""The optimizers that a configuration may name, and the libraries they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from types import ModuleType
from typing import Any

import torch
from torch.optim import Optimizer

from lehr.config.errors import ConfigError, Problem, suggest
from lehr.config.specs import Spec

SCHEDULE_FREE = ("AdamWScheduleFree", "RAdamScheduleFree", "SGDScheduleFree")
# fmt: off
TIMM = (
    "AdaBelief", "Adafactor", "AdafactorBigVision", "Adahessian", "AdamP",
    "AdamWLegacy", "Adan", "Adopt", "Lamb", "LaProp", "Lars", "Lion", "MADGRAD", "Mars",
    "NAdamLegacy", "NAdamW", "NvNovoGrad", "RAdamLegacy", "RMSpropTF", "SGD", "SGDP",
    "SGDW",
)
# Named in messages where pytorch_optimizer is not installed to be asked.
WELL_KNOWN = (
    "ADOPT", "AdEMAMix", "AdaBelief", "AdaBound", "AdaHessian", "AdamMini", "AdamP",
    "Adan", "CAME", "DAdaptAdam", "DAdaptLion", "DAdaptSGD", "DiffGrad", "GaLore",
    "Grams", "Kron", "LARS", "LaProp", "Lamb", "Lion", "MADGRAD", "MARS", "NovoGrad",
    "Prodigy", "QHAdam", "Ranger", "Ranger21", "SGDP", "SGDW", "SM3", "SOAP",
    "ScalableShampoo", "Shampoo", "SignSGD", "SophiaH", "StableAdamW", "Tiger", "Yogi",
)
# fmt: on


@dataclass(frozen=True)
class Choice:
    """An optimizer's class, with what its name alone says about its arguments.

    Args:
        kind: the class.
        defaults: arguments that the name sets where the configuration does not.
        required: arguments that must be given though the class has a default.
    """

    kind: type[Optimizer]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    required: Mapping[str, Any] = field(default_factory=dict)


# Under these names people mean SGD with momentum; without one it would be plain SGD.
ALIASES = {
    "Momentum": Choice(torch.optim.SGD, required={"momentum": 0.9}),
    "NesterovMomentum": Choice(
        torch.optim.SGD, {"nesterov": True}, required={"momentum": 0.9}
    ),
}


def find(spec: Spec) -> Choice:
    """Return the optimizer of that name.

    Asked in this order: torch, the two names of SGD with momentum, timm for `timm_...`,
    schedulefree for its three names, pytorch_optimizer.

    Raises:
        ConfigError: LH115, no library has it; LH116, the library is not installed;
            LH106, it is not built from parameters alone.
    """
    name = spec.name
    kind = offered(torch.optim).get(name)
    if kind is None and name in ALIASES:
        return ALIASES[name]
    if kind is None:
        kind = _from_library(spec)
    other = needed_beside(kind)
    if other:
        message = f"{name} is not built from parameters alone: it needs {other}"
        hint = "build it yourself, around or beside an optimizer from build_optimizer"
        raise ConfigError([spec.problem("LH106", message, hint=hint)])
    return Choice(kind)


def _from_library(spec: Spec) -> type[Optimizer]:
    name = spec.name
    if name.startswith("timm_"):
        module, inner = _library(spec, "timm.optim", name in _timm_names()), name[5:]
    elif name in SCHEDULE_FREE:
        module, inner = _library(spec, "schedulefree", True), name
    else:
        module, inner = _library(spec, "pytorch_optimizer", name in WELL_KNOWN), name
    kind = offered(module).get(inner) if module else None
    if kind is None:
        raise ConfigError([_unknown(spec)])
    return kind


def _library(spec: Spec, module: str, known: bool) -> ModuleType | None:
    """Return a module; where it cannot be imported, refuse a name `known` to be there.

    A library that is installed may still fail to import, as timm does without
    torchvision, so its own words are passed on.
    """
    try:
        return import_module(module)
    except ImportError as error:
        if not known:
            return None
        library = module.partition(".")[0]
        message = f"{spec.name} needs {library}, which cannot be imported: {error}"
        hint = "pip install 'lehr[optimizers]'"
        raise ConfigError([spec.problem("LH116", message, hint=hint)]) from None


def _unknown(spec: Spec) -> Problem:
    known = {*offered(torch.optim), *ALIASES, *SCHEDULE_FREE, *_timm_names()}
    more = _quietly("pytorch_optimizer")
    known |= set(offered(more)) if more else set(WELL_KNOWN)
    known |= {f"timm_{name}" for name in offered(_quietly("timm.optim"))}
    guess = suggest(spec.name, known)
    guess = guess.partition("known:")[0] if guess.startswith("did") else ""
    own = sorted(offered(torch.optim))
    hint = f"{guess}known: {', '.join(own)}"
    hint += f", and {len(known) - len(own)} of other libraries"
    if more is None:
        hint += "; more with pip install 'lehr[optimizers]'"
    return spec.problem("LH115", f'unknown optimizer "{spec.name}"', hint=hint)


def _timm_names() -> set[str]:
    return {f"timm_{name}" for name in (*TIMM, "Lookahead")}


def _quietly(module: str) -> ModuleType | None:
    try:
        return import_module(module)
    except ImportError:
        return None


def offered(module: ModuleType | None) -> dict[str, type[Optimizer]]:
    """Return the optimizers among the public names of a module."""
    return (
        {
            name: member
            for name, member in vars(module).items()
            if isinstance(member, type)
            and issubclass(member, Optimizer)
            and member is not Optimizer
            and not name.startswith("_")
        }
        if module
        else {}
    )


def needed_beside(kind: type[Optimizer]) -> str | None:
    """Return what a class is built around if not parameters: a model, an optimizer."""
    for index, (name, each) in enumerate(signature(kind).parameters.items()):
        needed = index == 0 or each.default is each.empty
        if needed and name in ("model", "optimizer", "base_optimizer"):
            return name
    return None
