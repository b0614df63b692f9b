"""How a run is built, and how that differs from what a checkpoint tells of it."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from lehr._checks import choice
from lehr.training.errors import ChangedRunError

if TYPE_CHECKING:
    from lehr.training.state import TrainerState

logger = logging.getLogger("lehr.training")

OnChange = Literal["refuse", "accept"]
MOST = 8
"""Differences of the weights that are shown; of a thousand, these tell enough."""


def settings_of(trainer: "TrainerState") -> dict[str, Any]:
    """Return what the numbers of a run depend on, beside model, data and schedule."""
    loop = trainer.loop
    return {
        "optimizer": type(trainer.optimizer).__qualname__,
        "param_groups": [len(g["params"]) for g in trainer.optimizer.param_groups],
        "batch_size": trainer.batch_size,
        "accumulation": loop.accumulation,
        "mean_over": "tokens" if loop.weighing.by_tokens else "samples",
        "precision": loop.precision.name,
        "clip_norm": list(loop.clipping.norms or ()) or loop.clipping.norm,
        "clip_value": loop.clipping.value,
    }


def require_same(
    trainer: "TrainerState", parts: Mapping[str, Any], on_change: OnChange = "refuse"
) -> None:
    """Refuse a checkpoint of a run that was built otherwise, before anything is loaded.

    Args:
        trainer: of the run.
        parts: of the checkpoint.
        on_change: "accept" goes on with settings that differ, and tells the log; the
            weights and the optimizer must be of the same kind in any case.

    Raises:
        ChangedRunError: something differs; it tells what.
    """
    choice("on_change", on_change, ("refuse", "accept"))
    had, has = parts["state"].get("settings", {}), settings_of(trainer)
    weights = list(_weights(parts["model"], trainer.model.state_dict()))
    unlike = [n for n in ("optimizer", "param_groups") if had.get(n, has[n]) != has[n]]
    others = [
        name
        for name in had
        if name not in ("optimizer", "param_groups")
        and None not in (had[name], has.get(name))
        and had[name] != has[name]
    ]
    others += [n for n in ("clip_norm", "clip_value") if _only_one(had, has, n)]
    told = [f"{name}: was {had[name]!r}, is {has[name]!r}" for name in unlike]
    if weights or unlike:
        raise ChangedRunError([*weights, *told], acceptable=False)
    changes = [f"{name}: was {had[name]!r}, is {has[name]!r}" for name in others]
    if changes and on_change == "refuse":
        raise ChangedRunError(changes, acceptable=True)
    for change in changes:
        logger.warning("going on with another %s", change)


def _only_one(had: Mapping[str, Any], has: Mapping[str, Any], name: str) -> bool:
    """Whether one of the two has no such limit, and the other one has."""
    return name in had and (had[name] is None) != (has[name] is None)


def _weights(had: Mapping[str, Any], has: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the weights of a checkpoint differ from those of a model."""
    yield from _some("missing in the checkpoint", has.keys() - had.keys())
    yield from _some("not in the model", had.keys() - has.keys())
    for name in had.keys() & has.keys():
        was, now = _shape(had[name]), _shape(has[name])
        if was != now:
            yield f"{name}: was of shape {was}, is of {now}"


def _some(what: str, names: Iterable[str]) -> Iterator[str]:
    names = sorted(names)
    if names:
        rest = f" and {len(names) - MOST} more" if names[MOST:] else ""
        yield f"weights {what}: {', '.join(names[:MOST])}{rest}"


def _shape(value: Any) -> tuple[int, ...] | None:
    shape = getattr(value, "shape", None)
    return None if shape is None else tuple(shape)
