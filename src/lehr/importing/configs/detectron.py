"""detectron2's `SOLVER`: fvcore's schedulers, with a warmup, times BASE_LR."""

import math
import re
from collections.abc import Mapping
from typing import Any

from lehr.config.errors import suggest
from lehr.dialects import Named, dialect
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Schedule

_DEFAULTS: Mapping[str, Any] = {
    "LR_SCHEDULER_NAME": "WarmupMultiStepLR",
    "BASE_LR": 0.001,
    "BASE_LR_END": 0.0,
    "MAX_ITER": 40000,
    "STEPS": (30000,),
    "GAMMA": 0.1,
    "NUM_DECAYS": 3,
    "WARMUP_FACTOR": 1 / 1000,
    "WARMUP_ITERS": 1000,
    "WARMUP_METHOD": "linear",
    "RESCALE_INTERVAL": False,
}
"""Those of detectron2's own configuration."""

_TEXTS = ("LR_SCHEDULER_NAME", "WARMUP_METHOD")
_KNOWN = (*_DEFAULTS, "BASE_LR_MULTIPLIER", "BASE_LR_MULTIPLIER_NAMES")
_KINDS = ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR")


def _is_detectron(source: Source) -> bool:
    solver = source.get("SOLVER")
    return isinstance(solver, Mapping) and bool(set(solver) & set(_DEFAULTS))


def _read(source: Source) -> Schedule:
    own = source.section("SOLVER")
    for key in own:
        if key.startswith(("WARMUP_", "LR_", "BASE_LR")) and key not in _KNOWN:
            hint = suggest(key, _DEFAULTS)
            message = f'SOLVER has no key "{key}"'
            source.fail("LH103", message, ("SOLVER", key), hint, key=True)
    given = {**_DEFAULTS, **own}
    given["STEPS"] = steps_of(given["STEPS"]) or given["STEPS"]
    for key, value in given.items():
        several = list(value) if isinstance(value, list | tuple) else [value]
        if key in _TEXTS or key not in _DEFAULTS:
            continue
        numbers = all(_is_number(each) for each in several)
        if not numbers or (key != "STEPS" and len(several) != 1):
            path = ("SOLVER", key)
            source.fail("LH107", f"{key} must be a number, got {value!r}", path)
        given[key] = several if key == "STEPS" else several[0]
    if source.base is not None:
        given["BASE_LR"] = source.base
    for key in ("MAX_ITER", "BASE_LR"):
        if given[key] <= 0:
            message = f"{key} must be > 0, got {given[key]!r}"
            source.fail("LH106", message, ("SOLVER", key))
    run = given["MAX_ITER"]
    arguments = {
        "scheduler": _inner(source, given),
        "warmup_factor": given["WARMUP_FACTOR"],
        "warmup_length": min(given["WARMUP_ITERS"] / run, 1.0),
        "warmup_method": given["WARMUP_METHOD"],
        "rescale_interval": given["RESCALE_INTERVAL"],
        "num_updates": run,
    }
    call = Call(source, "fvcore", "WarmupParamScheduler", arguments, ("SOLVER",))
    factor = call.curve(None)
    return float(given["BASE_LR"]) * factor


def steps_of(written: object) -> list[int]:
    """Return the numbers of STEPS, also of a tuple that YAML has taken for a text.

    >>> steps_of("(60000, 80000)"), steps_of([30]), steps_of("soon")
    ([60000, 80000], [30], [])
    """
    if isinstance(written, str):
        inside = re.fullmatch(r"\s*\(([\d\s,]*)\)\s*", written)
        return [int(n) for n in re.findall(r"\d+", inside[1])] if inside else []
    several = written if isinstance(written, list | tuple) else [written]
    whole = [n for n in several if isinstance(n, int) and not isinstance(n, bool)]
    return whole if len(whole) == len(several) else []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _inner(source: Source, given: Mapping[str, Any]) -> Named:
    name, run = given["LR_SCHEDULER_NAME"], given["MAX_ITER"]
    if name == "WarmupMultiStepLR":
        places = [place for place in given["STEPS"] if place <= run]
        values = [given["GAMMA"] ** k for k in range(len(places) + 1)]
        kind = "MultiStepParamScheduler"
        own = {"values": values, "milestones": places, "num_updates": run}
    elif name == "WarmupCosineLR":
        end = given["BASE_LR_END"] / given["BASE_LR"]
        kind, own = "CosineParamScheduler", {"start_value": 1.0, "end_value": end}
    elif name == "WarmupStepWithFixedGammaLR":
        kind = "StepWithFixedGammaParamScheduler"
        own = {"base_value": 1.0, "gamma": given["GAMMA"], "num_updates": run}
        own["num_decays"] = given["NUM_DECAYS"]
    else:
        path = ("SOLVER", "LR_SCHEDULER_NAME")
        hint = suggest(str(name), _KINDS)
        source.fail("LH114", f'unknown scheduler "{name}" of detectron2', path, hint)
    return Named(dialect("fvcore", kind), own)


FORMAT = Format("detectron2", _is_detectron, _read)
