"""A configured scheduler: its origin, how it is stepped, and what it follows."""

import math
from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path
from lehr.dialects import schedulers
from lehr.importing.configs.base import Call, Source
from lehr.importing.configs.reading import Reading
from lehr.linting.base import Feedback, Origin, Place, Stepping, Unit
from lehr.linting.subjects.clocks import guessed
from lehr.linting.subjects.following import driven_by, feedback_of, greedy
from lehr.linting.subjects.origins import horizon_of, longest_of
from lehr.linting.subjects.told import Told
from lehr.plan import Plan
from lehr.schedules import Constant, Schedule

RATES: tuple[Path, ...] = (
    *(("optimizer", key, "lr") for key in ("init_args", "args", "params")),
    *(("model", "optim", "lr"), ("optim", "lr"), ("optimizer", "lr")),
    *(("optim_wrapper", "optimizer", "lr"), ("learning_rate",), ("lr",)),
)
_EPOCHS: tuple[Path, ...] = (
    *(("trainer", "max_epochs"), ("train_cfg", "max_epochs"), ("max_epochs",)),
    *(("num_train_epochs",), ("num_epochs",), ("epochs",)),
)
_METRICS: tuple[Path, ...] = (
    *(("monitor",), ("lr_scheduler_config", "monitor"), ("lr_scheduler", "monitor")),
    *(("scheduler", "monitor"), ("config", "monitor"), ("metric_for_best_model",)),
    *(("model", "optim", "sched", "monitor"), ("optim", "sched", "monitor")),
    *(("eval_metric",), ("best_checkpoint_metric",)),
)
_STEPPED_BY_HAND = ("torch", "paddle", "pytorch_optimizer", "template", "transformers")
_LOST: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("timm", "PlateauLRScheduler"): ("num_bad_epochs", "cooldown_counter"),
    ("fairseq", "reduce_lr_on_plateau"): ("num_bad_epochs", "cooldown_counter"),
}
"""What is not in the state that these write."""


def origin_of(found: Reading, plan: Plan | None, told: Told) -> Origin:
    """Return the scheduler that a configuration names, and how it is driven."""
    call = found.calls[-1]
    library, name, given = call.library, call.name, dict(call.arguments)
    if library == "mmengine" and len(found.calls) > 1:
        name = "param_scheduler"
        given = {"schedulers": [(each.name, each.arguments) for each in found.calls]}
    if library == "transformers" and call.name_path == ("lr_scheduler_type",):
        given = _training_arguments(found.source, plan)
    horizon = horizon_of(library, name, given, found.schedule)
    return Origin(
        library,
        name,
        given,
        horizon,
        _stepping(found, plan, told, horizon),
        _LOST.get((library, name), ()),
        places=_places(call, given),
    )


def _training_arguments(source: Source, plan: Plan | None) -> dict[str, Any]:
    """Return transformers' TrainingArguments in the words of its schedulers."""
    own = source.get("lr_scheduler_kwargs")
    given = dict(own) if isinstance(own, Mapping) else {}
    steps = source.get("max_steps")
    total = steps if isinstance(steps, int) and steps > 0 else None
    total = total or (None if plan is None else plan.updates)
    if total is not None:
        given["num_training_steps"] = total
    for key in ("warmup_steps", "warmup_ratio"):
        value = source.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            continue
        given[key] = value
        if value >= 1 and key == "warmup_steps":
            given["num_warmup_steps"] = int(value)
        elif 0 < value <= 1 and total:
            given.setdefault("num_warmup_steps", math.ceil(total * value))
    return given


def _places(call: Call, given: Mapping[str, Any]) -> dict[str, Place]:
    document, found = call.source.document, {}
    for name in given:
        path = (*call.path, name)
        if call.source.get(*path) is None:
            continue
        line, column = document.place(path) or (None, None)
        found[name] = Place(document.source, line, column, path)
    return found


def _stepping(
    found: Reading, plan: Plan | None, told: Told, horizon: int | None
) -> Stepping:
    source, call = found.source, found.calls[-1]
    times = _times(source, told, plan)
    if told.per is not None:
        return Stepping(told.per, times)
    interval = _interval(source)
    if interval is not None:
        per: Unit = "epoch" if interval == "epoch" else "update"
        return Stepping(per, times, _every(source))
    if call.library == "timm":
        on_updates = source.get("sched_on_updates", default=False)
        return Stepping("update" if on_updates else "epoch", times)
    if call.library == "mmengine":
        by_epoch = all(each.arguments.get("by_epoch", True) for each in found.calls)
        return Stepping("epoch" if by_epoch else "update", times)
    if call.library in _STEPPED_BY_HAND:
        longest = longest_of(call.library, call.name, call.arguments)
        return Stepping(guessed(plan, horizon, longest), times)
    return Stepping("update", times)


def _interval(source: Source) -> str | None:
    """Return Lightning's interval, which is "epoch" if nothing says it."""
    for path in (("lr_scheduler_config",), ("lr_scheduler",), ()):
        section = source.get(*path) if path else source.data
        if not isinstance(section, Mapping) or "scheduler" not in section:
            continue
        marks = {"interval", "frequency", "monitor", "reduce_on_plateau", "strict"}
        if path == ("lr_scheduler_config",) or marks & set(section):
            return str(section.get("interval") or "epoch")
    if isinstance(source.get("lr_scheduler", "class_path"), str):
        return "epoch"  # LightningCLI adds it as configure_optimizers returns it
    return None


def _every(source: Source) -> int:
    """Return Lightning's frequency."""
    for path in (("lr_scheduler_config",), ("lr_scheduler",), ()):
        value = source.get(*path, "frequency")
        if isinstance(value, int) and value >= 1:
            return int(value)
    return 1


def _times(source: Source, told: Told, plan: Plan | None) -> int:
    """Return how often accelerate steps what it has wrapped; 1 without it."""
    marks = source.get("distributed_type") or source.get("compute_environment")
    section = source.section("accelerate") if "accelerate" in source.data else {}
    if told.wrapper != "accelerate" and not section and marks is None:
        return 1
    if section.get("split_batches") or source.get("split_batches"):
        return 1
    said = section.get("num_processes") or source.get("num_processes")
    size = told.world_size or said or (1 if plan is None else plan.world_size)
    return size if isinstance(size, int) and size >= 1 else 1


def epochs_of(source: Source, horizon: int | None = None) -> float | None:
    """Return the run's length in epochs, where the configuration says it.

    timm's script takes the scheduler's own length for that of the run, where it has
    one: its `epochs` are those of one cycle.
    """
    if source.get("sched") is not None and horizon is not None:
        return horizon
    for path in _EPOCHS:
        value = source.get(*path)
        if isinstance(value, int | float) and value is not True and value > 0:
            return float(value)
    return None


def followed(
    found: Reading, told: Told, base: float | None
) -> tuple[Feedback, Schedule | None]:
    """Return what follows a metric, and the curve that it cuts.

    Raises:
        ValueError: the dialect refuses an argument.
        TypeError: one is of a wrong kind.
    """
    call, source = found.calls[-1], found.source
    said = [call.arguments.get("monitor"), *(source.get(*path) for path in _METRICS)]
    metric = told.metric or next((m for m in said if isinstance(m, str)), "")
    given = _of_metric(call)
    if call.name == "greedy":
        return greedy(given, metric, base=base), None
    driven = driven_by(schedulers(call.library)[call.name], given)
    made = feedback_of(driven, metric, base=base, monitored=_monitored(source))
    if base is None:
        return made, None
    return made, Constant(base) if driven.planned is None else driven.planned(base)


def _monitored(source: Source) -> bool:
    """Return whether somebody has to say a metric, as Lightning asks for."""
    return _interval(source) is not None


def _of_metric(call: Call) -> dict[str, Any]:
    """Return the arguments; timm's and fairseq's have flags of their own."""
    source, given = call.source, dict(call.arguments)
    if call.library == "transformers" and not isinstance(given.get("mode"), str):
        own = source.get("lr_scheduler_kwargs")
        given = dict(own) if isinstance(own, Mapping) else given
    if call.library == "timm" and source.get("sched") == "plateau":
        loss = "loss" in str(source.get("eval_metric", default="top1"))
        flags = {"patience_t": "patience_epochs", "decay_rate": "decay_rate"}
        own = {k: source.get(flag) for k, flag in flags.items()}
        given |= {k: v for k, v in own.items() if v is not None}
        given |= {"lr_min": source.get("min_lr", default=0.0)}
        given |= {"mode": "min" if loss else "max"}
    if call.library == "fairseq":
        names = ("lr_shrink", "lr_threshold", "lr_patience", "lr", "warmup_updates")
        given |= {n: source.data[n] for n in names if n in source.data}
        if source.get("maximize_best_checkpoint_metric"):
            given["maximize_best_checkpoint_metric"] = True
    return given
