"""Rules about live objects: what they hold now against what they should."""

import math
from collections.abc import Iterator
from typing import Any

from lehr.linting.base import Example, Hit, Rule, Subject
from lehr.linting.rules.lengths import called, origins
from lehr.linting.subjects.origins import full
from lehr.linting.wording import at, count

_CLOSE = 1e-5
"""Relative: a recursive scheduler drifts less than this in a million steps."""


def _off(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    for each in () if live is None else live.groups:
        if each.expected is None:
            continue
        least = _CLOSE * abs(each.initial or each.expected)
        if math.isclose(each.rate, each.expected, rel_tol=_CLOSE, abs_tol=least):
            continue
        yield Hit(
            f"{each.field} is {each.rate:.6g}, and {live.name} has "
            f"{each.expected:.6g} at step {at(live.position)}: something else has "
            "set it (another scheduler, a hand, last_epoch)",
            each.field,
            live.position,
        )


def _order(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    if live is None or live.position is None:
        return
    name, steps, made = next(iter(subject.origin), "lr"), live.position, live.updates
    origin = subject.origin.get(name)
    if steps > 0 and made == 0:
        yield Hit(
            f"{live.name} has taken {count(steps, 'step')} before the optimizer's "
            "first update",
            name,
        )
    if not made or origin is None or origin.stepping.per != "update":
        return
    if steps == 0 and made > 1:
        yield Hit(
            f"the optimizer has made {count(made)}, and {live.name} was never "
            'stepped; pass per="epoch" if that is its step',
            name,
            severity="note",
        )
    elif steps > made and steps % made == 0 and made > 1:
        yield Hit(
            f"{live.name} has taken {count(steps, 'step')} in {count(made)} of the "
            f"optimizer, {steps // made} per update",
            name,
            made,
        )


_CYCLING = {
    "OneCycleLR": ("base_momentum", "max_momentum", 0.85, 0.95),
    "CyclicLR": ("base_momentum", "max_momentum", 0.8, 0.9),
    "OneCycle": ("cycle_min_mom", "cycle_max_mom", 0.8, 0.9),
}
"""Of torch and DeepSpeed: the two momenta, and their defaults."""


def _momentum(subject: Subject) -> Iterator[Hit]:
    for name, origin in origins(subject):
        if origin.scheduler not in _CYCLING:
            continue
        low_name, high_name, low, high = _CYCLING[origin.scheduler]
        given = full(origin.library, origin.scheduler, origin.arguments)
        if given.get("cycle_momentum", True) is False:
            continue
        low, high = given.get(low_name, low), given.get(high_name, high)
        kind = subject.optimizer.kind
        values = subject.optimizer.values
        if "adam" in kind or "beta1" in values:
            what = "beta1"
        elif kind == "sgd" and values.get("momentum") == 0:
            yield Hit(
                f"{called(origin)} cycles the momentum, and this optimizer's is 0: "
                "torch refuses that; pass cycle_momentum=False",
                name,
                severity="warning",
            )
            continue
        else:
            what = "momentum"
        if origin.library == "deepspeed" and what == "beta1":
            what = "beta2 to 0.99, and beta1"
        yield Hit(
            f"{called(origin)} sets {what} too, between {low} and {high}, unless "
            "cycle_momentum=False",
            name,
        )


_REPLACING = ("timm.", "ignite.", "mmengine.", "pytorch_optimizer.", "transformers.")


def _tensors(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    if live is None or not any(group.is_tensor for group in live.groups):
        return
    ours = live.module.startswith(_REPLACING) and live.name != "LambdaLR"
    if ours or live.module.startswith("pytorch_warmup"):
        does = "multiplies in place" if "warmup" in live.module else "replaces"
        yield Hit(
            f"the rate is a tensor, which {live.name} {does}: a compiled or captured "
            "step goes on with the old one",
            next(iter(subject.origin), "lr"),
        )


_COUNTING = (
    *("LambdaLR", "MultiplicativeLR", "CyclicLR", "OneCycleLR"),
    "CosineAnnealingWarmRestarts",
)


def _added(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    if live is None or live.name not in _COUNTING or live.built_for is None:
        return
    if len(live.groups) > live.built_for:
        yield Hit(
            f"the optimizer has {len(live.groups)} param groups, and {live.name} was "
            f"built for {live.built_for}: its next step raises",
            next(iter(subject.origin), "lr"),
        )


def _flattened(subject: Subject) -> Iterator[Hit]:
    live: Any = subject.sections.get("live")
    if live is None or not live.module.startswith("pytorch_optimizer.lr_scheduler"):
        return
    if len(live.groups) > 1:
        yield Hit(
            f"{live.name} gives its {len(live.groups)} param groups one rate, whatever "
            "they had",
            next(iter(subject.origin), "lr"),
        )


_ONE_CYCLE = (
    "optimizer: {{class_path: torch.optim.{kind}, init_args: {{lr: 1e-3{more}}}}}\n"
    "scheduler: {{name: OneCycleLR, max_lr: 0.01, total_steps: 100{own}}}\n"
)

RULES = (
    Rule(
        "LH063",
        "off-its-curve",
        "a rate that is not the scheduler's",
        "warning",
        "torch's schedulers multiply the rate that they find. A second scheduler on "
        "the same optimizer, a rate that was set after the scheduler was built, or a "
        "setting changed by hand moves every later value too, without a word. lehr's "
        "Scheduler computes each value from the position alone.",
        _off,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="torch's chainable schedulers",
    ),
    Rule(
        "LH064",
        "stepped-out-of-order",
        "a scheduler whose steps do not fit the optimizer's updates",
        "warning",
        "The optimizer counts its updates and the scheduler its steps: a scheduler "
        "that was never stepped, was stepped first, or several times per update, is "
        "not on the curve that was planned.",
        _order,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="torch's warning on lr_scheduler.step() before optimizer.step()",
    ),
    Rule(
        "LH065",
        "momentum-cycled",
        "a scheduler that sets the momentum too",
        "note",
        "OneCycleLR and CyclicLR, and DeepSpeed's OneCycle, which sets beta2 to 0.99 "
        "besides, have cycle_momentum=True by default: the momentum, "
        "or beta1 of Adam, is no longer what the optimizer was given, from the moment "
        "the scheduler is built. With an optimizer that has neither, torch raises.",
        _momentum,
        bad=(Example(_ONE_CYCLE.format(kind="AdamW", more="", own="")),),
        good=(
            Example(
                _ONE_CYCLE.format(kind="AdamW", more="", own=", cycle_momentum: false")
            ),
        ),
        source="torch's OneCycleLR documentation",
    ),
    Rule(
        "LH066",
        "tensor-rate-replaced",
        "a rate in a tensor that the scheduler replaces",
        "warning",
        "A rate is put into a tensor so that a compiled step reads the new value "
        "without a new compilation. timm, ignite, mmengine and pytorch_optimizer put a "
        "number in its place, and pytorch-warmup multiplies it in place again and "
        "again. lehr's Scheduler fills the tensor.",
        _tensors,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="the libraries' code",
    ),
    Rule(
        "LH068",
        "group-added-later",
        "a param group that the scheduler does not know",
        "error",
        "torch's LambdaLR, MultiplicativeLR, CyclicLR, OneCycleLR and "
        "CosineAnnealingWarmRestarts keep a rate or a function for each group that "
        "they find when they are built. After add_param_group, as when layers are "
        "unfrozen, their next step raises. Add all groups first, or build the "
        "scheduler again.",
        _added,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="torch's schedulers, 2.13",
    ),
    Rule(
        "LH067",
        "groups-flattened",
        "a scheduler that gives all groups one rate",
        "warning",
        "pytorch_optimizer's schedulers write max_lr's curve into every param group: "
        "rates that differ, as for layer-wise decay, are gone once it is built.",
        _flattened,
        bad=(),
        good=(Example("lr: 0.1\nname: StepLR\nstep_size: 30\n"),),
        source="kozistr/pytorch_optimizer, BaseLinearWarmupScheduler",
    ),
)
