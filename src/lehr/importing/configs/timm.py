"""timm's training arguments: flags, or the YAML that `--config` and `args.yaml` are."""

import math
from collections.abc import Mapping
from typing import Any

from lehr.config.errors import suggest
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Constant, Schedule

_DEFAULTS: Mapping[str, Any] = {
    "sched": "cosine",
    "sched_on_updates": False,
    "epochs": 300,
    "decay_epochs": None,
    "decay_milestones": [90, 180, 270],
    "warmup_epochs": 5,
    "cooldown_epochs": 0,
    "patience_epochs": 10,
    "decay_rate": 0.1,
    "min_lr": 0.0,
    "warmup_lr": 1e-5,
    "warmup_prefix": False,
    "lr_noise": None,
    "lr_noise_pct": 0.67,
    "lr_noise_std": 1.0,
    "seed": 42,
    "lr_cycle_mul": 1.0,
    "lr_cycle_decay": 0.5,
    "lr_cycle_limit": 1,
    "lr_k_decay": 1.0,
    "lr_decay_fn": None,
    "lr_stable_timescale": None,
}
"""Those of timm 1.0.31's train.py."""

_TEXTS = ("sched", "lr_decay_fn")
_LISTS = ("decay_milestones", "lr_noise")

_KINDS = {
    "cosine": "CosineLRScheduler",
    "tanh": "TanhLRScheduler",
    "poly": "PolyLRScheduler",
    "step": "StepLRScheduler",
    "constant": "StepLRScheduler",
    "multistep": "MultiStepLRScheduler",
    "wsd": "WSDLRScheduler",
    "rsqrt": "WSDLRScheduler",
    "plateau": "PlateauLRScheduler",
}
_CYCLIC = ("cosine", "tanh", "poly")
_ALIASES = {"dr": "decay_rate"}
_OURS = ("lr_", "warmup_", "decay_", "sched")
_ELSEWHERE = ("lr", "lr_base", "lr_base_size", "lr_base_scale", "lr_ep", "lr_scale")


def _marks(source: Source) -> bool:
    return isinstance(source.get("sched"), str) or "lr_cycle_limit" in source.data


def _given(source: Source) -> dict[str, Any]:
    data = {_ALIASES.get(key, key): value for key, value in source.data.items()}
    for key in data:
        if key.startswith(_OURS) and key not in (*_DEFAULTS, *_ELSEWHERE):
            message = f'timm has no argument "{key}"'
            source.fail("LH103", message, (key,), suggest(key, _DEFAULTS), key=True)
    kept = {k: v for k, v in data.items() if k in _DEFAULTS and v is not None}
    for key, value in kept.items():
        numbers = value if isinstance(value, list) else [value]
        right = all(isinstance(each, int | float) for each in numbers)
        if key not in _TEXTS and not right:
            source.fail("LH107", f"{key} must be a number, got {value!r}", (key,))
        if isinstance(value, list) and key not in _LISTS:
            source.fail("LH107", f"{key} must be one number, got {value!r}", (key,))
        if any(isinstance(x, float) and not math.isfinite(x) for x in numbers):
            source.fail("LH107", f"{key} must be finite, got {value!r}", (key,))
    return {**_DEFAULTS, **kept}


def _read(source: Source) -> Schedule:
    given = _given(source)
    base = source.rate(("lr",))
    if base is None:
        hint = "pass base=: without --lr, timm makes it of lr_base and the batch size"
        source.fail("LH104", "the arguments have no lr", (), hint)
    kind = given["sched"]
    if kind == "none":
        return Constant(base)
    if not isinstance(kind, str) or kind not in _KINDS:
        hint = suggest(str(kind), (*_KINDS, "none"))
        source.fail("LH114", f'timm has no sched "{kind}"', ("sched",), hint)
    arguments = _arguments(source, kind, given, _unit(source, given))
    return Call(source, "timm", _KINDS[kind], arguments, (), ("sched",)).curve(base)


def _unit(source: Source, given: Mapping[str, Any]) -> int:
    """Return the steps of an epoch: 1 if the scheduler counts epochs."""
    if not given["sched_on_updates"]:
        return 1
    plan = source.plan
    per_epoch = None if plan is None else plan.updates_per_epoch
    if per_epoch is None:
        hint = "pass plan=Plan(dataset_size=..., batch_size=..., epochs=...)"
        message = "sched_on_updates needs the updates of an epoch"
        source.fail("LH104", message, ("sched_on_updates",), hint)
    return int(per_epoch)


def _arguments(
    source: Source, kind: str, given: Mapping[str, Any], unit: int
) -> dict[str, Any]:
    """Return what timm's `create_scheduler_v2` passes on."""
    run, warmup = given["epochs"] * unit, given["warmup_epochs"] * unit
    every = given["decay_epochs"]
    found = {
        "warmup_t": warmup,
        "warmup_lr_init": given["warmup_lr"],
        **_noise(given, run),
    }
    if kind not in ("wsd", "rsqrt", "plateau"):
        found["warmup_prefix"] = given["warmup_prefix"]
    if kind in _CYCLIC:
        found |= {"t_initial": run, "lr_min": given["min_lr"]}
        found |= {k: given[f"lr_{k}"] for k in ("cycle_mul", "cycle_decay")}
        found["cycle_limit"] = given["lr_cycle_limit"]
        if kind != "tanh":
            found["k_decay"] = given["lr_k_decay"]
        if kind == "poly":
            found["power"] = given["decay_rate"]
    elif kind == "step":
        decay = 90 if every is None else every
        found |= {"decay_t": decay * unit, "decay_rate": given["decay_rate"]}
    elif kind == "constant":
        found |= {"decay_t": 1, "decay_rate": 1.0}
    elif kind == "multistep":
        places = given["decay_milestones"]
        places = places if isinstance(places, list) else [places]
        found |= {"decay_t": [place * unit for place in places]}
        found["decay_rate"] = given["decay_rate"]
    elif kind in ("wsd", "rsqrt"):
        found |= _stable(source, kind, given, unit)
    return found


def _stable(
    source: Source, kind: str, given: Mapping[str, Any], unit: int
) -> dict[str, Any]:
    run, every = given["epochs"] * unit, given["decay_epochs"]
    if not given["warmup_prefix"]:
        run -= given["warmup_epochs"] * unit
    every = 0.2 if every is None else every
    decay = round(every * run if 0 < every < 1 else every * unit)
    scale = given["lr_stable_timescale"]
    if not 0 < decay <= run:
        message = f"decay_epochs must be in (0, epochs - warmup_epochs], got {every!r}"
        source.fail("LH106", message, ("decay_epochs",))
    return {
        "t_initial": run,
        "decay_t": decay,
        "lr_min": given["min_lr"],
        "stable_fn": "rsqrt" if kind == "rsqrt" else "constant",
        "stable_timescale": None if scale is None else scale * unit,
        "decay_fn": given["lr_decay_fn"] or ("linear" if kind == "rsqrt" else "1-sqrt"),
    }


def _noise(given: Mapping[str, Any], run: float) -> dict[str, Any]:
    part = given["lr_noise"]
    if part is None:
        return {}
    parts = part if isinstance(part, list) else [part]
    places = [each * run for each in parts]
    return {
        "noise_range_t": places[0] if len(places) == 1 else places,
        "noise_pct": given["lr_noise_pct"],
        "noise_std": given["lr_noise_std"],
        "noise_seed": given["seed"],
    }


FORMAT = Format("timm", _marks, _read)
