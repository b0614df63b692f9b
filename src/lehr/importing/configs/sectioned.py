"""Configurations with one section for the scheduler: DeepSpeed, torchtitan, nanotron.

DeepSpeed: `scheduler: {type, params}`, `optimizer: {params: {lr}}`. torchtitan:
`[lr_scheduler]`, `[optimizer] lr`, `[training] steps`. nanotron:
`optimizer.learning_rate_scheduler`, `tokens.train_steps`. OLMo-core:
`train_module.scheduler` with `_CLASS_`, and `train_module.optim.lr`.
"""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path
from lehr.dialects import schedulers
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Constant, Schedule

_NANOTRON = ("optimizer", "learning_rate_scheduler")
_OLMO_RUN = ("trainer", "max_duration")
_OLMO: tuple[Path, ...] = (("train_module", "scheduler"), ("scheduler",), ())


def _is_deepspeed(source: Source) -> bool:
    name = source.get("scheduler", "type")
    named = isinstance(name, str) and name not in schedulers("torch")
    inside = source.get("scheduler", "params") is not None
    more = ("zero_optimization", "train_batch_size", "train_micro_batch_size_per_gpu")
    return (named and inside) or any(key in source.data for key in more)


_FILLED_IN = "which transformers' Trainer fills in"


def _deepspeed(source: Source) -> Schedule:
    place = ("optimizer", "params", "lr")
    if source.base is None and source.get(*place) == "auto":
        hint = "write the number, or use from_transformers(arguments)"
        source.fail("LH104", f'lr is "auto", {_FILLED_IN}', place, hint)
    base = source.rate(place)
    name = source.get("scheduler", "type")
    if source.get("scheduler") is None:
        if base is None:
            hint = "pass base=, what the optimizer starts with"
            source.fail("LH104", "there is no scheduler, and no lr", (), hint)
        return Constant(base)
    if not isinstance(name, str):
        source.fail("LH104", "the scheduler needs the key type", ("scheduler",))
    path = ("scheduler", "params")
    arguments = source.section(*path)
    for key, value in arguments.items():
        if value == "auto":
            message = f'{key} is "auto", {_FILLED_IN}'
            hint = "write the number, or use from_transformers(arguments)"
            source.fail("LH104", message, (*path, key), hint)
    call = Call(source, "deepspeed", name, arguments, path, ("scheduler", "type"))
    return call.curve(base)


def _is_torchtitan(source: Source) -> bool:
    lr_scheduler = source.get("lr_scheduler")
    known = {"warmup_steps", "decay_ratio", "decay_type", "min_lr_factor"}
    return isinstance(lr_scheduler, Mapping) and (
        bool(known & set(lr_scheduler)) or source.get("training", "steps") is not None
    )


def _torchtitan(source: Source) -> Schedule:
    arguments = dict(source.section("lr_scheduler"))
    steps = source.updates(("training", "steps"))
    if steps is None and arguments.get("total_steps") is None:
        hint = "write training.steps, or pass plan=Plan(...)"
        source.fail("LH104", "the length of the run is not there", (), hint)
    arguments["training_steps"] = steps
    path = ("lr_scheduler",)
    call = Call(source, "torchtitan", "lr_scheduler", arguments, path)
    return call.curve(source.rate(("optimizer", "lr")))


def _is_nanotron(source: Source) -> bool:
    return isinstance(source.get(*_NANOTRON), Mapping)


def _nanotron(source: Source) -> Schedule:
    arguments = dict(source.section(*_NANOTRON))
    steps = source.updates(("tokens", "train_steps"))
    if steps is not None:
        arguments["total_training_steps"] = steps
    elif arguments.get("lr_decay_steps") is None:
        hint = "write tokens.train_steps, or pass plan=Plan(...)"
        source.fail("LH104", "the length of the run is not there", (), hint)
    path = (*_NANOTRON, "learning_rate")
    base = source.rate(path)
    if source.base is not None:
        arguments["learning_rate"] = source.base
    said = "learning_rate_scheduler"
    name = "lr_scheduler_builder"
    call = Call(source, "nanotron", name, arguments, _NANOTRON, None, said)
    return call.curve(base)


def _olmo_place(source: Source) -> Path | None:
    for path in _OLMO:
        name = source.get(*path, "_CLASS_")
        if isinstance(name, str) and "scheduler" in name.lower():
            return path
    return None


def _olmo(source: Source) -> Schedule:
    path = _olmo_place(source)
    if path is None:
        message = "there is no scheduler with the key _CLASS_"
        source.fail("LH104", message, (), "OLMo-core's train_module.scheduler has it")
    value: Any = source.section(*path)
    name = str(value["_CLASS_"]).rpartition(".")[2]
    arguments = {k: v for k, v in value.items() if k != "_CLASS_"}
    unit, units = source.get(*_OLMO_RUN, "unit"), arguments.get("units") or "steps"
    if arguments.get("max_steps") is None and unit == units:
        arguments["max_steps"] = source.get(*_OLMO_RUN, "value")
    if units == "tokens" and arguments.get("max_steps") is None:
        hint = "write trainer.max_duration in tokens, or max_steps in the scheduler"
        source.fail("LH104", "the scheduler counts tokens, and not the run", path, hint)
    base = source.rate(("train_module", "optim", "lr"), ("optim", "lr"), ("lr",))
    return Call(source, "olmo", name, arguments, path, (*path, "_CLASS_")).curve(base)


DEEPSPEED = Format("deepspeed", _is_deepspeed, _deepspeed)
TORCHTITAN = Format("torchtitan", _is_torchtitan, _torchtitan)
NANOTRON = Format("nanotron", _is_nanotron, _nanotron)
OLMO = Format("olmo", lambda source: _olmo_place(source) is not None, _olmo)
