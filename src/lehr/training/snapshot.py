"""The whole state of a run: taken between two updates, put back before one."""

import copy
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from lehr.training import ranks, rng
from lehr.training.built import OnChange, require_same, settings_of
from lehr.training.checkpoint import (
    CheckpointCorruptError,
    CheckpointStore,
    Entry,
    Retention,
    read_checkpoint,
    write_checkpoint,
)
from lehr.training.checkpoint.catalog import name_of
from lehr.training.checkpoint.manifest import Manifest
from lehr.training.checkpoint.shards import Saved, templates_for, write_sharded
from lehr.training.result import Best
from lehr.training.steady import steady_tensors

if TYPE_CHECKING:
    from lehr.training.state import TrainerState

logger = logging.getLogger("lehr.training")


def take(trainer: "TrainerState", *, spread: bool = False) -> dict[str, Any]:
    """Return the state in two parts: the model's weights, and all the rest.

    Of several processes, all take it together.

    Args:
        trainer: of the run.
        spread: leave tensors that are spread over the ranks so; else it is whole, and
            one rank may write it.
    """
    engine = trainer.engine
    state = {
        "model": trainer.model.state_dict(),
        "state": {
            "optimizer": trainer.optimizer.state_dict(),
            "scheduler": trainer.clock.state_dict(),
            "scheduler_kind": _kind_of(trainer.scheduler),
            "settings": settings_of(trainer),
            "callbacks": trainer.callbacks.state_dict(),
            "data": trainer.place_in_data(),
            "random": rng.capture(),
            "precision": trainer.loop.precision.state_dict(),
            "done": {
                "updates": trainer.updates,
                "epochs": trainer.epochs,
                "samples": trainer.samples,
                "tokens": trainer.tokens,
                "skipped": trainer.loop.skipped,
                "seconds": trainer.seconds,
            },
            "averages": trainer.averages.state_dict(),
            "rates": [float(rate) for rate in trainer.rates],
            "history": trainer.history,
            "evaluations": trainer.evaluations,
            "best": None if trainer.best is None else asdict(trainer.best),
        },
    }
    if engine.alone:
        return state
    return ranks.with_all(state if spread else engine.whole(state), engine)


def save(
    trainer: "TrainerState",
    retention: Retention | None,
    metrics: Mapping[str, float] | None,
    *,
    asynchronous: bool,
    overlapped: bool = False,
) -> Path:
    """Write a checkpoint into the run's folder; return where it is, or will be.

    If `overlapped` too, what is steady is copied later: whoever writes it must call
    `trainer.store.wait_for_copy()` first, as the loop does.

    Raises:
        ValueError: the trainer has no folder.
        CheckpointWriteError: the disk refuses, or refused the one before.
    """
    store = required_store(trainer)

    def note(entry: Entry) -> None:
        trainer.checkpoint = entry.path

    options: Any = {
        "updates": trainer.updates,
        "epochs": trainer.epochs,
        "metrics": metrics,
        "retention": retention,
    }

    def write(state: dict[str, Any], store: CheckpointStore) -> Path:
        if asynchronous:
            steady = steady_tensors(trainer) if overlapped else ()
            return store.save_async(state, then=note, steady=steady, **options).path
        note(entry := store.save(state, **options))
        return entry.path

    engine = trainer.engine
    with engine.patient():
        if engine.spreads:
            saving = store.save_sharded(
                take(trainer, spread=True),
                engine,
                timeout=engine.timeout,
                then=note,
                **options,
            )
            if not asynchronous:
                store.wait()
            return saving.path
        state = take(trainer)
        try:
            if engine.is_main:
                return write(state, store)
            return store.folder / name_of(trainer.updates)
        finally:  # the others wait while one writes, or waits for the save before
            engine.barrier()


def write(trainer: "TrainerState", path: Path) -> None:
    """Write a checkpoint to a new folder, which belongs to no run."""
    engine = trainer.engine
    state = take(trainer, spread=engine.spreads)
    if engine.spreads:
        about = Manifest("", 0, trainer.updates, trainer.epochs, {}, {})
        write_sharded(path, state, about, engine, timeout=engine.timeout)
        return
    done = {"updates": trainer.updates, "epochs": trainer.epochs}
    engine.broadcast(
        lambda: write_checkpoint(path, state, run="", serial=0, metrics={}, **done)
    )


def newest(
    trainer: "TrainerState", most: float = math.inf
) -> tuple[Path, dict[str, Any]]:
    """Return the newest whole checkpoint of the run's folder, for all ranks the same.

    Args:
        trainer: of the run.
        most: updates that it may have done.

    Raises:
        CheckpointNotFoundError, CheckpointCorruptError: there is none.
    """
    store, engine = required_store(trainer), trainer.engine

    def entries() -> list[Entry]:
        return [entry for entry in store.entries() if entry.updates <= most]

    def listed() -> tuple[list[Entry], list[tuple[Path, str]]]:
        return entries(), [(one.path, one.reason) for one in store.damaged]

    if engine.spreads:
        found, damaged = engine.broadcast(listed)
        store.damaged = [CheckpointCorruptError(*one) for one in damaged]
        entry, state = store.newest(found, lambda path: read(trainer, path))
    else:
        entry, state = engine.broadcast(lambda: store.newest(entries()))
    return entry.path, state


def read(trainer: "TrainerState", path: Path) -> dict[str, Any]:
    """Return the state of a checkpoint, each rank its part of what is spread."""
    wait_for_copy(trainer)
    engine = trainer.engine
    if not engine.spreads:
        return dict(engine.broadcast(lambda: read_checkpoint(path)))
    templates = templates_for(trainer.model, trainer.optimizer)

    def fresh(name: str, saved: Saved) -> Tensor | None:
        template = templates(name, saved)
        return None if template is None else torch.empty_like(template)

    return read_checkpoint(path, templates=fresh, ranks=engine)


def required_store(trainer: "TrainerState") -> CheckpointStore:
    """Return the store of a trainer with a folder."""
    if trainer.store is None:
        raise ValueError("there is no run folder: BaseTrainer(..., folder=...)")
    return trainer.store


def put_back(
    trainer: "TrainerState",
    parts: Mapping[str, Any],
    on_change: OnChange = "refuse",
) -> None:
    """Give a trainer the state; its random states follow when it goes on.

    Whatever is refused, is refused before the model and the optimizer are changed.

    Raises:
        ValueError: the state has a scheduler and the trainer has none, or the reverse,
            or it is of another class than another library's.
        ChangedRunError: the run is built otherwise than it was.
    """
    state = parts["state"]
    if (state["scheduler"] is None) != (trainer.scheduler is None):
        had, has = ("no", "one") if state["scheduler"] is None else ("a", "none")
        raise ValueError(
            f"the checkpoint has {had} scheduler, the trainer {has}; build the trainer "
            "as it was"
        )
    had, has = state.get("scheduler_kind"), _kind_of(trainer.scheduler)
    if had not in (None, has) and trainer.clock.on_change is None:
        raise ValueError(
            f"the checkpoint has the state of {had}, the trainer has {has}; build the "
            "scheduler as it was"
        )
    require_same(trainer, parts, on_change)
    wait_for_copy(trainer)
    done = state["done"]
    place = done["updates"], done["epochs"]
    before = copy.deepcopy(trainer.clock.state_dict())
    try:
        trainer.clock.load_state_dict(state["scheduler"], *place)
        _load(trainer, parts)
    except Exception:
        trainer.clock.load_state_dict(before, trainer.updates, trainer.epochs)
        raise
    trainer.clock.go_to(*place)  # the optimizer has brought the rates it had
    for name in trainer.callbacks.load_state_dict(state["callbacks"]):
        logger.warning("the checkpoint has a state for %s, which is not there", name)
    _count(trainer, state)
    trainer.epochs, trainer.seconds_before = done["epochs"], done["seconds"]
    trainer.averages.load_state_dict(state["averages"], trainer.loop.device)
    trainer.rates = state["rates"]
    trainer.history, trainer.evaluations = state["history"], state["evaluations"]
    trainer.best = None if state["best"] is None else Best(**state["best"])
    seed = trainer.seed or 0
    trainer.resume_data(*ranks.place_and_random(state, trainer.engine, seed))


def _load(trainer: "TrainerState", parts: Mapping[str, Any]) -> None:
    """Give the model and the optimizer, which may be spread, their states."""
    engine = trainer.engine
    engine.load_model(trainer.model, parts["model"])
    engine.load_optimizer(trainer.optimizer, parts["state"]["optimizer"])


def _count(trainer: "TrainerState", state: Mapping[str, Any]) -> None:
    """Set the counters of the loop, and the scale of half precision."""
    loop, done = trainer.loop, state["done"]
    loop.updates, loop.samples = done["updates"], done["samples"]
    loop.tokens, loop.skipped = done.get("tokens", 0), done.get("skipped", 0)
    loop.precision.load_state_dict(state.get("precision", {}))


def wait_for_copy(trainer: "TrainerState") -> None:
    """Let a checkpoint have the weights as they are, before others come."""
    if trainer.store is not None:
        trainer.store.wait_for_copy()


def _kind_of(scheduler: Any) -> str:
    """Name the class of a scheduler; lehr's own all refuse a state that is not theirs.

    Torch's and timm's take in any state, and mix it with their own.
    """
    kind = type(scheduler)
    homes = {base.__module__.partition(".")[0] for base in kind.__mro__}
    return "one of lehr's" if "lehr" in homes else kind.__qualname__


def go_back(trainer: "TrainerState", parts: Mapping[str, Any]) -> None:
    """Take a trainer back to an earlier state, in the middle of a run.

    What was learned and judged since then is undone: model, optimizer, scheduler,
    callbacks, evaluations. The place in the data stays, with its epoch, and so do the
    random states, the history and the time that was spent.
    """
    state = parts["state"]
    done = state["done"]
    wait_for_copy(trainer)
    _load(trainer, parts)
    trainer.clock.load_state_dict(state["scheduler"], done["updates"], done["epochs"])
    for _ in range(done["epochs"], trainer.epochs):
        trainer.clock.after_epoch()
    trainer.callbacks.load_state_dict(state["callbacks"])
    _count(trainer, state)
    trainer.rates, trainer.evaluations = state["rates"], state["evaluations"]
    trainer.best = None if state["best"] is None else Best(**state["best"])
