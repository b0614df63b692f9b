"""Where a run begins: fresh, where the trainer is, or at a checkpoint."""

from pathlib import Path
from typing import TYPE_CHECKING

from lehr.training import rng, snapshot
from lehr.training.built import OnChange
from lehr.training.checkpoint import FolderNotEmptyError
from lehr.training.goal import Goal
from lehr.training.ranks import seed_of

if TYPE_CHECKING:
    from lehr.training.trainer import BaseTrainer

Resume = bool | str | Path | None


def begin(
    trainer: "BaseTrainer", resume: Resume, goal: Goal, on_change: OnChange = "refuse"
) -> None:
    """Load what is to be resumed, or get ready for a fresh run.

    A run that is resumed may have reached its goal; one that goes on in the same
    process asks for more, or it is a mistake.
    """
    if resume is True or resume == "auto":
        if _resume_newest(trainer, on_change, required=resume is True):
            return
    elif resume:
        trainer.load_checkpoint(Path(resume), on_change=on_change)
        return
    if not trainer.begun:
        _begin_fresh(trainer)
    elif goal.reached(trainer.progress()):
        raise ValueError(
            f"this run has done {trainer.epochs} epochs, {trainer.updates} updates "
            "already; goals are totals: ask for more, or build a new trainer"
        )


def _resume_newest(
    trainer: "BaseTrainer", on_change: OnChange, *, required: bool
) -> bool:
    """Go to the newest whole checkpoint; return whether there was one."""
    if trainer.store is None:
        raise ValueError(
            "resume needs a run folder, BaseTrainer(..., folder=...), or the path of a "
            "checkpoint"
        )
    store, engine = trainer.store, trainer.engine
    with engine.patient():
        if engine.broadcast(lambda: store.is_empty) and not required:
            return False
        trainer.checkpoint, state = snapshot.newest(trainer)
    snapshot.put_back(trainer, state, on_change)
    trainer.begun = True
    return True


def _begin_fresh(trainer: "BaseTrainer") -> None:
    trainer.engine.broadcast(lambda: _require_empty(trainer))
    if trainer.seed is not None:
        rng.seed_all(seed_of(trainer.seed, trainer.engine.rank))
    trainer.begun = True


def _require_empty(trainer: "BaseTrainer") -> None:
    if trainer.store is not None and not trainer.store.is_empty:
        raise FolderNotEmptyError(
            f"{trainer.folder} holds the checkpoints of a run: pass resume=True to go "
            "on with it, or choose another folder"
        )
