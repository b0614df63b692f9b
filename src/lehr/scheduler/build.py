"""build_scheduler: configuration becomes a schedule on an optimizer."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from lehr._checks import choice
from lehr.bindings.torch import PlateauScheduler, Scheduler, times_base
from lehr.bindings.torch.slots import numeric_fields, read
from lehr.config.errors import ConfigError, Problem
from lehr.config.specs import Spec, read_spec
from lehr.dialects.base import MetricDriven
from lehr.plan import Plan
from lehr.scheduler.configured import (
    ConfiguredPlateauScheduler,
    ConfiguredScheduler,
    Recipe,
)
from lehr.scheduler.documents import of_document
from lehr.scheduler.functions import require_imports
from lehr.scheduler.lengths import Lengths, Per
from lehr.scheduler.lookup import LIBRARY, find
from lehr.scheduler.reader import RELATIVE, Reader
from lehr.scheduler.reading import Fixed, Reading
from lehr.scheduler.timm_stepping import TimmPlateauScheduler, TimmScheduler
from lehr.schedules import Constant, Schedule

Config = Mapping[str, Any] | str | os.PathLike[str]


def build_scheduler(
    optimizer: torch.optim.Optimizer,
    config: Config,
    *,
    plan: Plan | None = None,
    step_per: Per | None = None,
    exact: bool = False,
    imports: Sequence[str] = (),
) -> Scheduler:
    """Return the scheduler that a configuration describes, bound to `optimizer`.

    The configuration is flat, `{"name": "StepLR", "step_size": 30}`, or nested,
    `{"class_name": "StepLR", "args": {...}}`. Names are those of torch, of timm (also
    with `timm_` before them), of PyTorch-Project-Template and of lehr's own documents;
    those of other libraries stand beside `library`, as in `{"library": "transformers",
    "name": "cosine", ...}`. The parameters are the originals', and so are the curves.
    A composite takes its parts under `schedulers`. A document of lehr, `{"schedules":
    {...}}`, one schedule, `{"kind": "wsd", ...}`, or an expression is read as
    `lehr.read_config` reads it, for any number of fields. Call `step()` once per update
    or once per epoch, as the lengths mean it; a scheduler that follows a metric takes
    it: `step(val_loss)`.

    A length is a count of steps; a float in (0, 1] is a fraction of the run, and a text
    a duration, such as "5%" or "10ep". Both need the plan. A run's length that is left
    out is the plan's. lehr's own names take `times_base: true`, which multiplies each
    group's own rate.

    Args:
        optimizer: any torch optimizer.
        config: a mapping, an OmegaConf DictConfig, the path of a YAML, JSON or TOML
            file, an expression, or a `Config`. It is not changed.
        plan: the run.
        step_per: what one step is, "update" or "epoch", which the scheduler keeps, so
            that a trainer steps it so; by default what `t_in_epochs` says for timm's
            schedulers. For the others lengths are resolved in updates, and your loop
            decides.
        exact: for schedulers of the template that contradict their documentation, do as
            they did; the key `exact` says the same.
        imports: modules whose functions the configuration may name, "module:function".

    Returns:
        a `Scheduler`, a `PlateauScheduler` for what follows a metric; for timm's names
        one that also has `step(epoch, metric)` and `step_update(updates)`.

    Raises:
        ConfigError: the configuration is wrong: all problems of it, each at its place.
        TypeError: an argument has the wrong type.
        ValueError: `step_per` is neither of the two.

    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    >>> config = {"name": "CosineAnnealingLR", "T_max": 100, "eta_min": 1e-6}
    >>> scheduler = build_scheduler(optimizer, config)
    >>> for _ in range(50):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> [round(rate, 12) for rate in scheduler.get_last_lr()]
    [0.0500005]

    Lengths as parts of a run:

    >>> plan = Plan(dataset_size=640, batch_size=64, epochs=10)
    >>> config = {"name": "MultiStepLR", "milestones": [0.5, "75%"], "gamma": 0.1}
    >>> scheduler = build_scheduler(optimizer, config, plan=plan)
    >>> rates = []
    >>> for _ in range(100):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> [round(rates[t], 12) for t in (0, 49, 50, 74, 75, 99)]
    [0.1, 0.1, 0.01, 0.01, 0.001, 0.001]

    Every mistake at once:

    >>> build_scheduler(optimizer, {"name": "StepLR", "gama": 0.5})
    Traceback (most recent call last):
    lehr.config.errors.ConfigError: error[LH103]: StepLR has no argument "gama"
      --> <dict>   at gama
       = did you mean "gamma"? known: gamma, last_epoch, step_size
    <BLANKLINE>
    error[LH104]: StepLR needs step_size
      --> <dict>   at name
    """
    _require_optimizer(optimizer, config)
    if not isinstance(plan, Plan | None):
        raise TypeError(f"plan must be a lehr.Plan, got {plan!r}")
    if (own := of_document(optimizer, config, plan)) is not None:
        return own
    allowed = require_imports(imports)
    spec = _read(config)
    said = _said(spec, step_per)
    per = said or "update"
    rates = [read(group, "lr") for group in optimizer.param_groups]
    reader = Reader(rates, Lengths(plan, per), exact=exact, imports=allowed)
    reading = reader.read(spec)
    if exact and not reader.is_exact and not reader.problems:
        message = f"{spec.name} has one curve, so exact=True changes nothing"
        reader.report(spec.problem("LH103", message, hint="leave it out"))
    if reading is None or reader.problems:
        raise ConfigError(reader.problems)
    scheduler = _bound(optimizer, spec, reading, per)
    scheduler.step_per = said
    return scheduler


def _require_optimizer(optimizer: Any, config: Any) -> None:
    if isinstance(config, torch.optim.Optimizer):
        raise TypeError(
            "the optimizer comes first: build_scheduler(optimizer, config), got "
            f"{type(config).__name__} as config"
        )
    if not isinstance(optimizer, torch.optim.Optimizer):
        fix = "; pass optimizer.bind(model)" if hasattr(optimizer, "bind") else ""
        raise TypeError(
            f"optimizer must be a torch.optim.Optimizer, got {optimizer!r}{fix}"
        )


def _read(config: Any) -> Spec:
    if config is None:
        hint = "for a run without a scheduler build none"
        message = "the scheduler must be a mapping or the path of a file, got None"
        raise ConfigError([Problem("LH107", message, "<dict>", hint=hint)])
    return read_spec(config, "scheduler")


def _said(spec: Spec, step_per: Any) -> Per | None:
    """Return what one step of the scheduler is, if it is told."""
    if step_per is not None:
        choice("step_per", step_per, ("update", "epoch"))
        return "epoch" if step_per == "epoch" else "update"
    library = spec.arguments.get(LIBRARY)
    if library not in (None, "timm"):
        return None
    entry = find(spec.name, spec.arguments)
    if entry is None or entry.library != "timm":
        return None
    return "update" if spec.arguments.get("t_in_epochs") is False else "epoch"


def _bound(
    optimizer: torch.optim.Optimizer, spec: Spec, reading: Reading, per: Per
) -> Scheduler:
    curve = reading.dialect.curve
    if isinstance(curve, Fixed):
        return _fixed(optimizer, spec, curve)
    if (driven := reading.driven()) is not None:
        return _following(optimizer, driven, reading.timm)
    recipes = {"lr": Recipe(reading.curve, reading.relative, reading.timm)}
    recipes |= _others(optimizer, spec, reading)
    if reading.timm:
        return TimmScheduler(optimizer, recipes, t_in_epochs=per == "epoch")
    return ConfiguredScheduler(optimizer, recipes)


def _fixed(optimizer: torch.optim.Optimizer, spec: Spec, curve: Fixed) -> Scheduler:
    """Bind one of lehr's own schedules."""
    if curve.relative:
        return Scheduler(optimizer, lr=times_base(curve.schedule))
    try:
        return Scheduler(optimizer, lr=curve.schedule)
    except ValueError as error:
        message = str(error).partition(";")[0]
        hint = f"keep their ratios with {RELATIVE}: true, and values as factors"
        raise ConfigError([spec.problem("LH106", message, hint=hint)]) from error


def _following(
    optimizer: torch.optim.Optimizer, driven: MetricDriven, timm: bool
) -> Scheduler:
    """Bind a scheduler that follows a metric."""
    limits: dict[str, Any] = {
        "minimum": driven.minimum,
        "eps": driven.eps,
        "start": driven.start,
    }
    if driven.planned is None and not timm:
        return PlateauScheduler(optimizer, driven.controller, **limits)
    planned = _Planned(driven)
    recipe = Recipe(planned, relative=driven.planned is None, scaled=timm)
    kind = TimmPlateauScheduler if timm else ConfiguredPlateauScheduler
    return kind(optimizer, recipe, driven.controller, **limits)


class _Planned:
    """What a group follows while nothing is cut."""

    def __init__(self, driven: MetricDriven) -> None:
        self.driven = driven

    def __call__(self, index: int, base: float) -> Schedule:
        if self.driven.planned is None:
            return Constant(base)
        return self.driven.planned(base)


def _others(
    optimizer: torch.optim.Optimizer, spec: Spec, reading: Reading
) -> dict[str, Recipe]:
    """Return the recipes of what is driven beside the rate."""
    recipes = {}
    group = optimizer.param_groups[0]
    known = numeric_fields(group)
    for name in reading.dialect.others:
        if reading.other(name, 0, 0.0) is None:
            continue
        field = "beta1" if name == "momentum" and name not in known else name
        if field not in known:
            message = (
                f"{spec.name} cycles the {name}, and {type(optimizer).__name__} has "
                f"no {name}" + (" and no betas" if name == "momentum" else "")
            )
            place = f"cycle_{name}" if f"cycle_{name}" in spec.arguments else None
            hint = f"write cycle_{name}: false"
            raise ConfigError([spec.problem("LH106", message, place, hint)])
        recipes[field] = Recipe(_Other(reading, name))
    return recipes


class _Other:
    """The schedule of another field that a scheduler drives."""

    def __init__(self, reading: Reading, name: str) -> None:
        self.reading = reading
        self.name = name

    def __call__(self, index: int, base: float) -> Schedule | None:
        return self.reading.other(self.name, index, base)
