"""Configurations that are command lines: Megatron-LM's, fairseq's, transformers'."""

import inspect
import re
from collections.abc import Callable, Mapping

from lehr.config.errors import Path, suggest
from lehr.dialects import schedulers
from lehr.importing.configs.base import Call, Format, Source
from lehr.importing.training_arguments import FIELDS, from_transformers
from lehr.schedules import Schedule

_MEGATRON = (
    *("lr_decay_style", "lr_warmup_iters", "train_iters", "lr_decay_iters"),
    *("train_samples", "lr_warmup_samples", "lr_warmup_fraction"),
)
_MEGATRON_ELSEWHERE = ("lr_mult", "lr_scale", "lr_scheduler")
_FAIRSEQ = ("warmup_updates", "max_update", "total_num_update", "stop_min_lr")
_TRANSFORMERS = (
    *("lr_scheduler_type", "lr_scheduler_kwargs", "num_train_epochs"),
    *("per_device_train_batch_size", "warmup_ratio"),
)
_KIND = "lr_scheduler_type"


def _is_megatron(source: Source) -> bool:
    return any(key in source.data for key in _MEGATRON)


def _megatron(source: Source) -> Schedule:
    from lehr.dialects.megatron import from_arguments

    known = inspect.signature(from_arguments).parameters
    for key in source.data:
        if key.startswith("lr_") and key not in (*known, *_MEGATRON_ELSEWHERE):
            message = f'Megatron-LM has no argument "{key}"'
            source.fail("LH103", message, (key,), suggest(key, known), key=True)
    given = {key: value for key, value in source.data.items() if key in known}
    given["lr"] = source.rate(("lr",))
    if given["lr"] is None:
        hint = "write --lr, or pass base="
        source.fail("LH104", "the learning rate is not in the arguments", (), hint)
    if given.get("train_iters") is None and given.get("train_samples") is None:
        steps = None if source.plan is None else source.plan.updates
        given["train_iters"] = steps or given.get("lr_decay_iters")
        if given["train_iters"] is None and given.get("lr_decay_style") != "constant":
            hint = "write --train-iters, or pass plan=Plan(...)"
            source.fail("LH104", "the length of the run is not there", (), hint)
        # A rate that is constant after its warmup has no end.
        given["train_iters"] = given["train_iters"] or (
            int(given.get("lr_warmup_iters") or 0) + 1
        )
    if given.get("global_batch_size") is None:
        if "train_samples" in given:
            hint = "write --global-batch-size"
            source.fail("LH104", "samples need the size of a batch", (), hint)
        given["global_batch_size"] = 1
    source.calls.append(Call(source, "megatron", "OptimizerParamScheduler", given))
    return _tried(source, lambda: from_arguments(**given)[0])


def _is_fairseq(source: Source) -> bool:
    named = isinstance(source.get("lr_scheduler"), str)
    nested = isinstance(source.get("lr_scheduler", "_name"), str)
    return nested or (named and any(key in source.data for key in _FAIRSEQ))


def _fairseq(source: Source) -> Schedule:
    nested = isinstance(source.get("lr_scheduler"), Mapping)
    path: Path = ("lr_scheduler", "_name") if nested else ("lr_scheduler",)
    name = source.get(*path)
    if not isinstance(name, str):
        source.fail("LH104", "there is no lr_scheduler", ())
    known = schedulers("fairseq").get(name)
    own: set[str] = set()
    if known is not None and known.curve is not None:
        own = set(inspect.signature(known.curve).parameters)
    flat = {**source.section("optimization"), **source.data} if nested else source.data
    given = {key: value for key, value in flat.items() if key in own}
    if nested:
        section = source.section("lr_scheduler")
        given |= {k: v for k, v in section.items() if k != "_name" and v is not None}
    if source.base is not None and "lr" in own:
        given["lr"] = source.base
    if "lr" in own and "lr" not in given:
        hint = "write --lr, or pass base="
        source.fail("LH104", "the learning rate is not in the arguments", (), hint)
    if "updates_per_epoch" in own and source.plan is not None:
        given.setdefault("updates_per_epoch", source.plan.updates_per_epoch)
    under: Path = ("lr_scheduler",) if nested else ()
    return Call(source, "fairseq", name, given, under, path).curve(None)


def _is_transformers(source: Source) -> bool:
    named = isinstance(source.get("lr_scheduler_type"), str)
    known = [key for key in _TRANSFORMERS if key in source.data]
    return named or ("learning_rate" in source.data and bool(known))


def _transformers(source: Source) -> Schedule:
    for key in source.data:
        if key.startswith(("lr_", "warmup_", "learning_")) and key not in FIELDS:
            message = f'TrainingArguments has no field "{key}"'
            source.fail("LH103", message, (key,), suggest(key, FIELDS), key=True)
    given = dict(source.data)
    if source.base is not None:
        given["learning_rate"] = source.base
    steps = None if source.plan is None else source.plan.updates
    kind = str(source.get("lr_scheduler_type", default="linear"))
    source.calls.append(Call(source, "transformers", kind, given, (), (_KIND,)))
    return _tried(source, lambda: from_transformers(given, num_training_steps=steps))


def _tried(source: Source, build: Callable[[], Schedule]) -> Schedule:
    """Build; a refusal becomes a problem at the place of its argument."""
    try:
        return build()
    except (ValueError, TypeError, ArithmeticError) as error:
        message, missing, _ = str(error).partition("; pass num_training_steps")
        hint = "write max_steps, or pass plan=Plan(...)" if missing else ""
        words = re.findall(r"\w+", message.partition(":")[0])
        path = next(((word,) for word in words if word in source.data), ())
        code = "LH107" if isinstance(error, TypeError) else "LH106"
        source.fail("LH104" if missing else code, message, path, hint)


MEGATRON = Format("megatron", _is_megatron, _megatron)
FAIRSEQ = Format("fairseq", _is_fairseq, _fairseq)
TRANSFORMERS = Format("transformers", _is_transformers, _transformers)
