"""Rates by width: what was tuned on a narrow model holds for a wide one (muP)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from torch import nn
from torch.nn.modules.conv import _ConvTransposeNd

from lehr import _checks
from lehr.bindings.torch.groups.by_name import near, require_model
from lehr.bindings.torch.groups.parameters import Named, plain
from lehr.bindings.torch.groups.splitting import DECAY, RATE, Group, NoDecay, split

Shape = Sequence[int]
Base = nn.Module | Mapping[str, Shape] | Mapping[int, int]


def mup_groups(
    model: nn.Module,
    base: Base,
    *,
    lr: float,
    optimizer: Literal["adam", "sgd"] = "adam",
    readout: Literal["multiplier", "plain"] = "multiplier",
    weight_decay: float | None = None,
    keep_decay: bool = False,
    no_decay: NoDecay = False,
) -> list[Group]:
    """Return param groups whose rates are those of a narrow model, scaled by width.

    With m the width over the base width of a parameter's inputs (fan-in), a rate is
    multiplied by:

    - hidden weights, whose both dimensions grow: 1 / m with Adam, m_out / m with SGD;
    - embeddings, biases and norms, whose output grows: 1, and m_out;
    - the readout, whose input grows, in a model that multiplies its output by 1 / m: 1,
      and m; in one that does not (``readout="plain"``): 1 / m, and 1 / m;
    - where nothing grows: 1, and 1.

    Only rates are set here. The multiplier of the output is the model's own, and so are
    the initial weights: variance 1 / fan-in; of the readout the same for all widths, or
    1 / fan-in^2 of a plain one. With `base` as wide as the model all factors are 1, so
    the same script does the sweep.

    Args:
        model: any module; frozen parameters are in no group.
        base: the narrow model (it may be on the device "meta"); or the shapes of its
            parameters by name; or the widths alone, `{1024: 256, 4096: 1024}`: each
            dimension of 1024 is a width, which is 256 in the narrow model. A multiple
            of a width must be named too, `{32768: 32768}` where it does not grow.
        lr: the rate tuned on the narrow model, > 0.
        optimizer: "adam" for Adam and its kin, "sgd" for SGD with or without momentum.
        readout: "multiplier" as in Table 8, "plain" as in Table 3.
        weight_decay: of the narrow model; None leaves it to the optimizer.
        keep_decay: divide the weight decay by the factor of the rate, so that their
            product, the decay of one update of AdamW, is that of the narrow model.
        no_decay: as for `groups_by_name`.

    Raises:
        TypeError: `model` is not a module, or `base` is none of these.
        ValueError: the models differ in more than widths, or more than two dimensions
            of a parameter do, or a number is out of range.

    Source: G. Yang et al., Tensor Programs V, 2022, arXiv:2203.03466, Tables 3 and 8.

    >>> def mlp(width):
    ...     hidden = nn.Linear(width, width)
    ...     return nn.Sequential(nn.Linear(8, width), hidden, nn.Linear(width, 2))
    >>> groups = mup_groups(mlp(256), mlp(64), lr=0.01)
    >>> [(group["name"], group["lr"], len(group["params"])) for group in groups]
    [('lr_x1', 0.01, 5), ('lr_x0.25', 0.0025, 1)]
    """
    found = require_model(model)
    rate = _checks.positive("lr", lr)
    _checks.choice("optimizer", optimizer, ("adam", "sgd"))
    _checks.choice("readout", readout, ("multiplier", "plain"))
    if keep_decay and weight_decay is None:
        raise ValueError("keep_decay needs weight_decay, which it scales; give it")
    narrow = _shapes(found, base)
    members = dict[float, list[Named]]()
    for one in found:
        factor = _factor(one, narrow[one.name], optimizer, readout)
        members.setdefault(factor, []).append(one)
    made = list[Group]()
    for factor in sorted(members, reverse=True):
        options: Group = {"lr": rate * factor, RATE: factor}
        if weight_decay is not None:
            options["weight_decay"] = _checks.finite("weight_decay", weight_decay)
        if keep_decay:
            options["weight_decay"] /= factor
            options[DECAY] = 1.0 / factor
        made += split(f"lr_x{factor:.6g}", members[factor], no_decay, found, options)
    return made


def _shapes(found: Sequence[Named], base: Any) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter in the narrow model."""
    if isinstance(base, nn.Module):
        base = {one.name: tuple(one.value.shape) for one in require_model(base)}
        if extra := sorted(base.keys() - {one.name for one in found}):
            raise ValueError(
                f"base has a parameter {extra[0]!r} that the model has not; the models "
                "may differ in their widths only"
            )
    if not isinstance(base, Mapping) or not base:
        raise TypeError(
            "base must be the narrow model, its shapes by name, or a mapping of widths "
            f"such as {{1024: 256}}, got {base!r}"
        )
    if isinstance(next(iter(base)), str):
        known = {plain(name).removeprefix("module."): base[name] for name in base}
        known |= {plain(name): base[name] for name in base}
        return {one.name: _shape(one, known) for one in found}
    widths = {
        _checks.count("a width", w, 1): _checks.count(f"base[{w!r}]", n, 1)
        for w, n in base.items()
    }
    sizes = {size for one in found for size in one.value.shape}
    if unused := sorted(widths.keys() - sizes):
        raise ValueError(
            f"base has a width {unused[0]}, but no parameter has a dimension of it; "
            f"they have {', '.join(map(str, sorted(sizes)))}"
        )
    for width in (w for w, narrow in widths.items() if narrow != w):
        _refuse_multiples(width, sizes - widths.keys(), found)
    return {one.name: tuple(widths.get(n, n) for n in one.value.shape) for one in found}


def _refuse_multiples(width: int, others: set[int], found: Sequence[Named]) -> None:
    """Refuse a dimension of several widths that nobody has said to grow, or not to.

    The outputs of a feed-forward block would else count as fixed, and so a hidden
    weight as the readout, whose rate is another.
    """
    for size in sorted(others):
        if size > width and size % width == 0:
            name = next(one.name for one in found if size in one.value.shape)
            raise ValueError(
                f"{name} has a dimension of {size}, {size // width} times the width "
                f"{width}; say in base whether it grows with it, {{{size}: ...}}, or "
                f"not, {{{size}: {size}}}"
            )


def _shape(one: Named, base: Mapping[str, Any]) -> tuple[int, ...]:
    if one.name not in base:
        raise ValueError(
            f"base has no parameter {one.name!r}; {near(one.name, list(base))}"
        )
    shape = tuple(base[one.name])
    if len(shape) != one.value.ndim:
        raise ValueError(
            f"{one.name} has shape {tuple(one.value.shape)}, in base {shape}; the "
            "models may differ in their widths only"
        )
    return shape


def _factor(one: Named, narrow: Shape, optimizer: str, readout: str) -> float:
    """Return what the rate of a parameter is multiplied by."""
    shape = tuple(one.value.shape)
    growing = [i for i, n in enumerate(shape) if n != narrow[i]]
    if not growing:
        return 1.0
    if len(growing) > 2 or growing[-1] > 1:
        raise ValueError(
            f"{one.name} has shape {shape}, in base {tuple(narrow)}: only its first "
            "two dimensions, outputs and inputs, may be widths"
        )
    inputs = _inputs(one)
    if len(growing) == 2:
        fan_in = shape[inputs] / narrow[inputs]
        fan_out = shape[1 - inputs] / narrow[1 - inputs]
        return 1.0 / fan_in if optimizer == "adam" else fan_out / fan_in
    [grown] = growing
    multiple = shape[grown] / narrow[grown]
    if grown == inputs and len(shape) > 1 and readout == "plain":
        return 1.0 / multiple
    return 1.0 if optimizer == "adam" else multiple


def _inputs(one: Named) -> int:
    """Return which dimension is that of the inputs."""
    swapped = nn.Embedding, nn.EmbeddingBag, _ConvTransposeNd
    return 0 if isinstance(one.owner, swapped) else 1
