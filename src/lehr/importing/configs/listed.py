"""mmengine's `param_scheduler`, NeMo's `sched`, Keras's serialized objects."""

from collections.abc import Mapping
from typing import Any

from lehr.config.errors import ConfigError, Path
from lehr.importing.configs.base import Call, Format, Source
from lehr.schedules import Schedule

_NEMO: tuple[Path, ...] = (("model", "optim"), ("optim",), ())
_NEMO_BESIDE = (
    *("name", "args", "monitor", "reduce_on_plateau", "iters_per_batch"),
    *("t_num_workers", "t_max_epochs", "t_accumulate_grad_batches"),
)


def _is_mmengine(source: Source) -> bool:
    return isinstance(source.get("param_scheduler"), list | dict)


def _mmengine(source: Source) -> Schedule:
    from lehr.dialects.mmengine import param_scheduler

    value = source.get("param_scheduler")
    paths: list[Path] = [("param_scheduler",)]
    if isinstance(value, list):
        paths = [("param_scheduler", index) for index in range(len(value))]
    calls = [each for path in paths if (each := _of_rate(source, path)) is not None]
    base = source.rate(("optim_wrapper", "optimizer", "lr"), ("optimizer", "lr"))
    if not calls:
        message = "param_scheduler has none of the learning rate"
        source.fail("LH104", message, ("param_scheduler",))
    if base is None:
        hint = "pass base=, what the optimizer starts with"
        source.fail("LH104", "the learning rate is not in the configuration", (), hint)
    length = None if source.plan is None else source.plan.updates_per_epoch
    try:
        return param_scheduler(
            base, schedulers=[call.named() for call in calls], epoch_length=length
        )
    except ConfigError:
        raise
    except (ValueError, TypeError) as error:
        message, missing, _ = str(error).partition("; pass epoch_length")
        hint = "pass plan=Plan(dataset_size=..., batch_size=..., epochs=...)"
        code = "LH104" if missing else "LH106"
        source.fail(code, message, ("param_scheduler",), hint if missing else "")


def _of_rate(source: Source, path: Path) -> Call | None:
    """Return one of the schedulers; None if it drives another field."""
    arguments = dict(source.section(*path))
    name = arguments.pop("type", None)
    if not isinstance(name, str):
        source.fail("LH104", "a scheduler needs the key type", path)
    name = name.rpartition(".")[2]
    if name.endswith("Momentum") or arguments.get("param_name", "lr") != "lr":
        return None
    return Call(source, "mmengine", name, arguments, path, (*path, "type"))


def _nemo_place(source: Source) -> Path | None:
    for path in _NEMO:
        if isinstance(source.get(*path, "sched", "name"), str):
            return path
    return None


def _nemo(source: Source) -> Schedule:
    above = _nemo_place(source)
    if above is None:
        source.fail("LH104", "there is no sched with a name", ())
    path = (*above, "sched")
    section = source.section(*path)
    name = str(section["name"])
    own = source.section(*path, "args") if "args" in section else {}
    outside = {k: v for k, v in section.items() if k not in _NEMO_BESIDE}
    arguments: dict[str, Any] = {**own, **outside}
    steps = source.updates(("trainer", "max_steps"))
    if steps is not None and arguments.get("max_steps") is None:
        arguments["max_steps"] = steps
    base = source.rate((*above, "lr"), ("model", "optim", "lr"))
    return Call(source, "nemo", name, arguments, path, (*path, "name")).curve(base)


def _keras_place(source: Source) -> Path | None:
    """Return where a serialized schedule is: alone, or in an optimizer."""
    for path in ((), ("config", "learning_rate"), ("learning_rate",)):
        name = source.get(*path, "class_name")
        module = source.get(*path, "module")
        at_home = module is None or "schedules" in str(module)
        inner = source.get(*path, "config")
        if isinstance(name, str) and at_home and isinstance(inner, Mapping):
            return path
    return None


def _keras(source: Source) -> Schedule:
    path = _keras_place(source)
    if path is None:
        hint = "it is what keras.optimizers.schedules.serialize(...) gives"
        source.fail("LH104", "there is no schedule with a class_name", (), hint)
    name = source.get(*path, "class_name")
    inside = (*path, "config")
    section, named = source.section(*inside), (*path, "class_name")
    return Call(source, "keras", name, section, inside, named).curve(None)


MMENGINE = Format("mmengine", _is_mmengine, _mmengine)
NEMO = Format("nemo", lambda source: _nemo_place(source) is not None, _nemo)
KERAS = Format("keras", lambda source: _keras_place(source) is not None, _keras)
