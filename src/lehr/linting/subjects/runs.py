"""What another library's configuration says of its run: the plan, and the optimizer."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lehr.config.errors import Path
from lehr.importing.configs.base import Source
from lehr.linting.base import Optimizer
from lehr.plan import Plan

Paths = tuple[Path, ...]


def _paths(*written: str) -> Paths:
    return tuple(tuple(each.split(".")) for each in written)


_RUNS: Mapping[str, Mapping[str, Paths]] = {
    "transformers": {
        "updates": _paths("max_steps"),
        "batch_size": _paths("per_device_train_batch_size"),
        "accumulation": _paths("gradient_accumulation_steps"),
    },
    "deepspeed": {
        "batch_size": _paths("train_micro_batch_size_per_gpu"),
        "accumulation": _paths("gradient_accumulation_steps"),
    },
    "megatron": {
        "updates": _paths("train_iters"),
        "samples": _paths("train_samples"),
        "global_batch": _paths("global_batch_size"),
        "sequence_length": _paths("seq_length"),
    },
    "nanotron": {
        "updates": _paths("tokens.train_steps"),
        "batch_size": _paths("tokens.micro_batch_size"),
        "accumulation": _paths("tokens.batch_accumulation_per_replica"),
        "world_size": _paths("parallelism.dp"),
        "sequence_length": _paths("tokens.sequence_length"),
    },
    "torchtitan": {
        "updates": _paths("training.steps"),
        "global_batch": _paths("training.global_batch_size"),
        "batch_size": _paths("training.local_batch_size", "training.batch_size"),
        "sequence_length": _paths("training.seq_len"),
    },
    "composer": {
        "duration": _paths("max_duration"),
        "global_batch": _paths("global_train_batch_size", "train_batch_size"),
        "sequence_length": _paths("max_seq_len"),
    },
    "nemo": {
        "updates": _paths("trainer.max_steps"),
        "global_batch": _paths("model.global_batch_size"),
        "batch_size": _paths("model.train_ds.batch_size", "model.micro_batch_size"),
        "accumulation": _paths("trainer.accumulate_grad_batches"),
        "world_size": _paths("trainer.devices"),
    },
    "fairseq": {
        "updates": _paths("max_update", "optimization.max_update"),
        "batch_size": _paths("batch_size", "max_sentences", "dataset.batch_size"),
        "accumulation": _paths("update_freq", "optimization.update_freq"),
        "world_size": _paths("distributed_world_size"),
    },
    "fvcore": {
        "updates": _paths("SOLVER.MAX_ITER"),
        "global_batch": _paths("SOLVER.IMS_PER_BATCH"),
    },
    "olmo": {"duration": _paths("trainer.max_duration")},
    "mmengine": {
        "updates": _paths("train_cfg.max_iters"),
        "batch_size": _paths("train_dataloader.batch_size"),
    },
    "torch": {
        "updates": _paths("trainer.max_steps", "max_steps"),
        "batch_size": _paths("data.batch_size", "data.init_args.batch_size"),
        "accumulation": _paths(
            "trainer.accumulate_grad_batches", "gradient_accumulation_steps"
        ),
    },
}
"""Where each library writes what `Plan` calls so. "global_batch" is that of an update
over all processes; "duration" has a unit."""


def plan_of(library: str, source: Source) -> Plan | None:
    """Return the run that a configuration says; None if it says no length in updates.

    Without a batch size in it, an update is of one sample.
    """
    paths = _RUNS.get(library)
    if paths is None:
        return None
    found = {name: _count(source, where) for name, where in paths.items()}
    found["updates"] = found.get("updates") or _duration(source, paths)
    length = next((k for k in ("updates", "samples") if found.get(k)), None)
    if length is None:
        return None
    whole = found.get("global_batch")
    shape = ("batch_size", "accumulation", "world_size")
    kept = {"batch_size": whole} if whole else {k: found.get(k) for k in shape}
    more = {length: found[length], "sequence_length": found.get("sequence_length")}
    given: dict[str, Any] = {k: v for k, v in {**kept, **more}.items() if v}
    return Plan(**{"batch_size": 1, **given})


def _count(source: Source, paths: Paths) -> int | None:
    for path in paths:
        value = source.get(*path)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if 1 <= value < math.inf and value == int(value):
            return int(value)
    return None


def _duration(source: Source, paths: Mapping[str, Paths]) -> int | None:
    """Return the updates of Composer's "100ba" or OLMo-core's {value, unit: steps}."""
    for path in paths.get("duration", ()):
        value = source.get(*path)
        if isinstance(value, Mapping) and value.get("unit") == "steps":
            return _count(source, ((*path, "value"),))
        written = re.fullmatch(r"([1-9]\d*)ba", str(value))
        if written:  # Composer scales the run by the same ratio as its schedules
            ratio = source.get("scale_schedule_ratio")
            known = isinstance(ratio, int | float) and 0 < ratio < math.inf
            return int(int(written[1]) * (ratio if known else 1)) or None
    return None


_SECTIONS: tuple[Path, ...] = (
    *_paths("optimizer.init_args", "optimizer.params", "optimizer.args", "optimizer"),
    *_paths("optim_wrapper.optimizer", "model.optim", "optim", "train_module.optim"),
    *_paths("optimizer.optimizer_factory", "SOLVER"),
    (),
)
_KINDS = (
    *("class_path", "_target_", "_CLASS_", "class_name", "type", "kind", "name"),
    *("optimizer", "opt", "optim"),
)
_VALUES: Mapping[str, str] = {
    "lr": "lr",
    "learning_rate": "lr",
    "BASE_LR": "lr",
    "momentum": "momentum",
    "MOMENTUM": "momentum",
    "weight_decay": "weight_decay",
    "WEIGHT_DECAY": "weight_decay",
    "adam_beta1": "beta1",
    "beta1": "beta1",
    "beta_1": "beta1",
    "adam_beta2": "beta2",
    "beta2": "beta2",
    "beta_2": "beta2",
}


def optimizer_of(source: Source) -> Optimizer:
    """Return the optimizer as far as a configuration names it, and its settings.

    >>> from lehr.config.documents import from_mapping
    >>> config = {"optimizer": {"type": "AdamW", "params": {"betas": [0.9, 0.95]}}}
    >>> optimizer_of(Source(from_mapping(config)))
    Optimizer(kind='adamw', values={'beta1': 0.9, 'beta2': 0.95})
    """
    kind = ""
    values: dict[str, float] = {}
    for path in _SECTIONS:
        section = source.get(*path) if path else source.data
        if not isinstance(section, Mapping):
            continue
        for name, value in _settings(section):
            values.setdefault(name, value)
        keys = _KINDS if path else _KINDS[-3:]
        kind = kind or next((k for key in keys if (k := _kind(section.get(key)))), "")
    return Optimizer(kind, values)


def _kind(value: Any) -> str:
    """Return an optimizer's name in lower case, without its module or its build."""
    if not isinstance(value, str):
        return ""
    return re.sub(r"_(torch|fused|hf|bnb).*$", "", value.rpartition(".")[2].lower())


def _settings(section: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in section.items():
        if key in ("betas", "adam_betas", "opt_betas"):
            numbers = _numbers(value)
            if len(numbers) == 2:
                yield "beta1", numbers[0]
                yield "beta2", numbers[1]
        elif key in _VALUES and len(_numbers(value)) == 1:
            yield _VALUES[key], _numbers(value)[0]


def _numbers(value: Any) -> list[float]:
    if isinstance(value, str):  # fairseq writes "(0.9, 0.98)"
        parts = re.findall(r"[-+.\deE]+", value) if value.startswith("(") else []
        try:
            return [float(part) for part in parts]
        except ValueError:
            return []
    several = value if isinstance(value, list | tuple) else [value]
    plain = [v for v in several if isinstance(v, int | float) and v is not True]
    return [float(each) for each in plain]
