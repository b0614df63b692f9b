"""An optimizer for a model, from a configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from torch import nn
from torch.optim import Optimizer

from lehr.config.errors import ConfigError, Problem
from lehr.config.plain import plain
from lehr.config.specs import Spec, read_spec
from lehr.optimizer.arguments import Place, checked, is_required, parameters
from lehr.optimizer.catalog import Choice, find
from lehr.optimizer.division import Divider
from lehr.optimizer.options import OPTIONS, Division, read_division
from lehr.optimizer.parameters import (
    as_torch_takes,
    check_model,
    named_parameters,
    other_names,
)
from lehr.optimizer.trial import MUON, refusals, required, said, wants_muon_marked


def build_optimizer(
    model: nn.Module | Iterable[Any], config: Any, **overrides: Any
) -> Optimizer:
    """Return the optimizer that a configuration names, over a model's parameters.

    `{"name": "AdamW", "lr": 1e-3}`: the name of a class with its own arguments. Names
    are those of `torch.optim`; `Momentum` and `NesterovMomentum`, which are SGD that
    must be given a momentum, the second with `nesterov=True`; `timm_Lamb` and the like
    from timm; `AdamWScheduleFree`, `RAdamScheduleFree` and `SGDScheduleFree` from
    schedulefree, whose `train()` must be called before the first update; any other from
    pytorch_optimizer. Where two libraries share a name, the first in this order has it.

    Frozen parameters are left out, and a shared one is taken once. Four options, beside
    the arguments, divide the others into param groups, each with a `name`:

    - `groups`: a list of `{"name": "head", "match": "head.*", ...arguments}`. `match`
      is a pattern of full parameter names, with `*` for anything, or a list of them;
      the first group that matches has the parameter. The others are the group `rest`,
      which is the first. `group` is the older form: `{"name": "head", "divide": 10}`
      has the parameters whose names contain "head", at a tenth of `lr`.
    - `no_decay`: true takes weight decay off biases, other parameters with at most one
      dimension and those of normalisation modules; not off embeddings. Or patterns.
    - `layer_decay`: the rate of a layer is this times that of the next deeper one; the
      last has `lr`. Layers are the model's numbered blocks: what is registered before
      them is layer 0, what is registered after them is the last. A model without blocks
      has its children for layers. `{"rate": 0.75, "blocks": "encoder.layers"}` names
      the list of blocks.

    A schedule of absolute rates would make rates equal that differ from group to group;
    `lehr.bindings.torch.times_base` keeps their ratios.

    Args:
        model: a module, also one inside DistributedDataParallel, DataParallel or
            torch.compile; or parameters, pairs of name and parameter, or param groups,
            as torch takes them, and then none of the four options.
        config: a mapping, flat or `{"class_name": ..., "args": {...}}`, an OmegaConf
            DictConfig, or the path of a YAML, JSON or TOML file. It is not changed.
        overrides: arguments and options that take the place of the configuration's.

    Raises:
        ConfigError: every problem of the configuration, each with its place.
        ValueError: the model has nothing to train.
        TypeError: `model` is none of the above.
    Source: K. Clark et al., ELECTRA, 2020, arXiv 2003.10555, and H. Bao et al., BEiT,
        2021, arXiv 2106.08254, for the layer-wise decay of rates.

    >>> from torch import nn
    >>> model = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    >>> optimizer = build_optimizer(model, {"name": "AdamW", "lr": 1e-3})
    >>> type(optimizer).__name__, optimizer.param_groups[0]["lr"]
    ('AdamW', 0.001)

    >>> config = {"name": "SGD", "lr": 0.1, "weight_decay": 1e-4, "no_decay": True,
    ...           "groups": [{"name": "head", "match": "2.*", "lr": 0.5}]}
    >>> for group in build_optimizer(model, config).param_groups:
    ...     print(group["name"], group["lr"], group["weight_decay"])
    rest 0.1 0.0001
    rest.no_decay 0.1 0.0
    head 0.5 0.0001
    head.no_decay 0.5 0.0

    >>> config = {"name": "AdamW", "lr": 8e-3, "layer_decay": 0.5}
    >>> for group in build_optimizer(model, config).param_groups:
    ...     print(group["name"], group["lr"])
    layer_1 0.002
    layer_2 0.004
    layer_3 0.008

    >>> build_optimizer(model, {"name": "AdamW", "learning_rate": 1e-3})
    Traceback (most recent call last):
    lehr.config.errors.ConfigError: error[LH103]: AdamW has no argument "learning_rate"
      --> <dict>   at learning_rate
       = known: amsgrad, betas, capturable, differentiable, eps, foreach, fused, group,
         groups, layer_decay, lr, maximize, no_decay, weight_decay
    """
    check_model(model)
    spec = _overridden(
        read_spec(config, "optimizer", beside=(*OPTIONS, "lr")), overrides
    )
    choice = find(spec)
    arguments, problems = _arguments(spec, choice)
    division = read_division(spec, choice.kind)
    problems += division.problems
    if not isinstance(model, nn.Module):
        problems += _options_without_names(spec)
    if problems:
        raise ConfigError(problems)
    _check_values(choice.kind, arguments, division)
    params = _parameters(model, choice.kind, arguments, division)
    try:
        return choice.kind(params, **arguments)
    except Exception as error:  # its author's choice: ValueError to IndexError
        problem = _refused(spec, choice.kind, arguments, model, error)
        raise ConfigError([problem]) from error


def _overridden(spec: Spec, overrides: Mapping[str, Any]) -> Spec:
    """Return the spec with other arguments, which problems name as their source."""
    document = spec.document
    for name, value in overrides.items():
        path = spec.path if name in spec.beside else spec.argument_path
        document = document.merged((*path, name), plain(value), "<keyword argument>")
    arguments = {**spec.arguments, **plain(overrides)}
    return replace(spec, document=document, arguments=arguments)


def _arguments(spec: Spec, choice: Choice) -> tuple[dict[str, Any], list[Problem]]:
    given = {k: v for k, v in spec.arguments.items() if k not in OPTIONS}
    place = Place(spec)
    arguments, problems = checked(choice.kind, given, place, OPTIONS)
    needed = [n for n, each in parameters(choice.kind).items() if is_required(each)]
    for name in (*needed, *choice.required):
        if name in given:
            continue
        message, hint = f"{spec.name} needs {name}", f"give {name}"
        if name in choice.required:
            hint += f", such as {choice.required[name]}"
        problems.append(place.problem("LH104", message, hint=hint))
    return {**choice.defaults, **arguments}, problems


def _options_without_names(spec: Spec) -> list[Problem]:
    """Refuse what divides parameters by name where the model is not there to ask."""
    return [
        Place(spec).problem(
            "LH106", f"{key} needs the names of a model", key, hint="pass the model"
        )
        for key in OPTIONS
        if spec.arguments.get(key)
    ]


def _check_values(
    kind: type[Optimizer], arguments: Mapping[str, Any], division: Division
) -> None:
    """Refuse what the class refuses, in a group too: there torch takes any value.

    Raises:
        ConfigError: with all of it.
    """
    base = required(kind, arguments)
    problems = refusals(kind, base, arguments, division.place)
    if not problems:
        for group in division.groups:
            problems += refusals(kind, arguments, group.options, group.place)
    if problems:
        raise ConfigError(problems)


def _parameters(
    model: nn.Module | Iterable[Any],
    kind: type[Optimizer],
    arguments: Mapping[str, Any],
    division: Division,
) -> list[Any]:
    if not isinstance(model, nn.Module):
        return as_torch_takes(model)
    found = named_parameters(model)
    if division.is_plain:
        return [each.value for each in found if each.trains]
    own = parameters(kind).get("lr")
    rate = arguments.get("lr", own.default if own else None)
    return Divider(division, found, other_names(model), rate).groups()


def _refused(
    spec: Spec,
    kind: type[Optimizer],
    arguments: Mapping[str, Any],
    model: Any,
    error: Exception,
) -> Problem:
    """Return the problem that an optimizer has with these very parameters."""
    if wants_muon_marked(kind, arguments):
        message = f"{spec.name} needs {MUON} in every param group"
        hint = "pass groups in place of the model, as in build_optimizer(["
        hint += f'{{"params": matrices, "{MUON}": True}}, '
        hint += f'{{"params": others, "{MUON}": False}}], config)'
        return Place(spec).problem("LH106", message, hint=hint)
    message = f"{spec.name} refuses these parameters: {said(error)}"
    hint = ""
    if isinstance(model, nn.Module) and spec.name == "Muon":
        found = named_parameters(model)
        others = [n.name for n in found if n.trains and n.value.ndim != 2]
        hint = (
            f"{others[0]} and {len(others) - 1} more are not matrices: "
            if others
            else ""
        )
        hint += "give it those alone, and another optimizer the others"
    return Place(spec).problem("LH106", message, hint=hint)
