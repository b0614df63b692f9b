"""Composer's and llm-foundry's YAML: schedulers by their words, times as strings."""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import Path, suggest
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Product, Schedule

_WORDS = {
    "constant_with_warmup": "ConstantWithWarmupScheduler",
    "cosine_with_warmup": "CosineAnnealingWithWarmupScheduler",
    "linear_decay_with_warmup": "LinearWithWarmupScheduler",
    "inv_sqrt_with_warmup": "InverseSquareRootWithWarmupScheduler",
    "polynomial_with_warmup": "PolynomialWithWarmupScheduler",
    "multistep_with_warmup": "MultiStepWithWarmupScheduler",
    "step": "StepScheduler",
    "multistep": "MultiStepScheduler",
    "constant": "ConstantScheduler",
    "linear": "LinearScheduler",
    "exponential": "ExponentialScheduler",
    "cosine_decay": "CosineAnnealingScheduler",
    "cosine_warmrestart": "CosineAnnealingWarmRestartsScheduler",
    "polynomial": "PolynomialScheduler",
}
"""llm-foundry's words, and those that Composer's own YAML had."""

_RATES: tuple[Path, ...] = (("optimizer", "lr"), ("lr",))
_BATCHES = ("global_train_batch_size", "train_batch_size")


def _is_composer(source: Source) -> bool:
    if isinstance(source.get("schedulers"), Mapping):
        return True
    name = source.get("scheduler", "name")
    return isinstance(name, str) and (name in _WORDS or "max_duration" in source.data)


def _read(source: Source) -> Schedule:
    parts = _parts(source)
    if not parts:
        source.fail("LH104", "there is no scheduler", ())
    base = source.rate(*_RATES, *_nested_rates(source))
    run = _run(source)
    calls = [
        Call(source, "composer", kind, {**arguments, **run}, path, name_path)
        for kind, arguments, path, name_path in parts
    ]
    first, *others = calls
    # Composer multiplies the rate by all of them.
    if not others:
        return first.curve(base)
    return Product((first.curve(base), *(each.curve(1.0) for each in others)))


def _parts(source: Source) -> list[tuple[str, dict[str, Any], Path, Path]]:
    found: list[tuple[str, dict[str, Any], Path, Path]] = []
    several = source.get("schedulers")
    if isinstance(several, Mapping):
        for word in several:
            below: Path = ("schedulers", word)
            kind = _kind(source, word, below)
            found.append((kind, source.section(*below), below, below))
        return found
    path = ("scheduler",)
    own = dict(source.section(*path))
    word = own.pop("name", None)
    if isinstance(word, str):
        kind = _kind(source, word, (*path, "name"))
        found.append((kind, own, path, (*path, "name")))
    return found


def _kind(source: Source, word: str, path: Path) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word in _WORDS.values():
        return word
    hint = suggest(word, _WORDS)
    source.fail("LH114", f'unknown scheduler "{word}" of composer', path, hint)


def _nested_rates(source: Source) -> list[Path]:
    """Return where the rate is below an optimizer's name."""
    several = source.get("optimizers") or source.get("optimizer")
    names = list(several) if isinstance(several, Mapping) else []
    return [(key, name, "lr") for key in ("optimizers", "optimizer") for name in names]


def _run(source: Source) -> dict[str, Any]:
    """Return what Composer's time strings need of the run."""
    size = next((source.get(k) for k in _BATCHES if source.get(k)), None)
    length = source.get("max_seq_len")
    found = {
        "max_duration": source.get("max_duration"),
        "batch_size": size,
        "tokens_per_batch": size * length if size and length else None,
        "scale_schedule_ratio": source.get("scale_schedule_ratio"),
    }
    if (plan := source.plan) is not None:
        found["max_duration"] = found["max_duration"] or f"{plan.updates}ba"
        found["dataloader_len"] = plan.updates_per_epoch
        found["batch_size"] = found["batch_size"] or plan.samples_per_update
    return {key: value for key, value in found.items() if value is not None}


FORMAT = Format("composer", _is_composer, _read)
