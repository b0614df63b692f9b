"""What a trainer has come to: its counts, its history, and where it goes on."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn, optim

from lehr.training import snapshot
from lehr.training.built import OnChange
from lehr.training.callbacks.base import Callbacks
from lehr.training.checkpoint import CheckpointStore, Retention
from lehr.training.clock import Clock
from lehr.training.engine import Engine
from lehr.training.feed import Feed
from lehr.training.interface import Trainer
from lehr.training.intervals import Progress
from lehr.training.loops import TrainingLoop
from lehr.training.metrics import Averages
from lehr.training.result import Best
from lehr.training.weights import write_weights


class TrainerState(Trainer):
    """The state of a run, apart from what changes it: saved, loaded, asked for.

    A trainer sets what its parts are; this holds how far they have come.
    """

    model: nn.Module
    optimizer: optim.Optimizer
    scheduler: Any
    clock: Clock
    engine: Engine
    loop: TrainingLoop
    callbacks: Callbacks
    store: CheckpointStore | None
    seed: int | None

    def __init__(self) -> None:
        self.epochs = 0
        self.seconds_before = 0.0
        self.averages = Averages()
        self.rates: list[Any] = [group["lr"] for group in self.optimizer.param_groups]
        self.history: list[dict[str, Any]] = []
        self.evaluations: list[dict[str, Any]] = []
        self.best: Best | None = None
        self.checkpoint: Path | None = None
        self.stopping: str | None = None
        self.begun = False
        self.batch_size: int | None = None
        """Samples of a batch, where the loader says so."""
        self._since: float | None = None
        self._feed: Feed | None = None
        self._place: Mapping[str, Any] | None = None
        self._random: Mapping[str, Any] | None = None

    @property
    def updates(self) -> int:
        """Updates done."""
        return self.loop.updates

    @property
    def samples(self) -> int:
        """Samples seen."""
        return self.loop.samples

    @property
    def tokens(self) -> int:
        """Tokens seen, where they are counted."""
        return self.loop.tokens

    def progress(self, seconds: float | None = None) -> Progress:
        """Return how far the run is; at a time that is known, or now."""
        loop, time = self.loop, self.seconds if seconds is None else seconds
        return Progress(loop.updates, self.epochs, loop.samples, loop.tokens, time)

    @property
    def seconds(self) -> float:
        """Time spent in `fit`, in all parts of the run."""
        if self._since is None:
            return self.seconds_before
        return self.seconds_before + time.monotonic() - self._since

    @property
    def loss_name(self) -> str:
        """Which loss is used."""
        return self.loop.objective.name

    def save(
        self,
        retention: Retention | None = None,
        metrics: Mapping[str, float] | None = None,
        *,
        asynchronous: bool = False,
    ) -> Path:
        """Write a checkpoint into the run's folder; drop those not to be kept.

        If `asynchronous`, return when the state is copied: `store.wait()` waits for it.
        """
        return snapshot.save(self, retention, metrics, asynchronous=asynchronous)

    def save_checkpoint(self, path: str | Path) -> None:
        """Write the whole state to a new folder, which exists whole or not at all."""
        path = Path(path)
        if path.exists():
            raise FileExistsError(f"{path} exists; a checkpoint is never overwritten")
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.engine.patient():
            snapshot.write(self, path)

    def export_weights(self, path: str | Path) -> Path:
        """Write the model's weights to a safetensors file; return its path.

        Of several processes all call it; when it returns, the file is there.
        """
        with self.engine.patient():
            state = self.engine.whole(self.model.state_dict())
            return Path(self.engine.broadcast(lambda: write_weights(state, Path(path))))

    def load_checkpoint(
        self, path: str | Path, *, on_change: OnChange = "refuse"
    ) -> None:
        """Go to a saved state; the next `fit` goes on from there.

        Args:
            path: of the checkpoint.
            on_change: as for `fit`.
        """
        with self.engine.patient():
            state = snapshot.read(self, Path(path))
        snapshot.put_back(self, state, on_change)
        self.checkpoint = Path(path)
        self.begun = True

    def place_in_data(self) -> Mapping[str, Any] | None:
        """Where the run is in its training data."""
        return self._place if self._feed is None else self._feed.state_dict()

    def resume_data(
        self, place: Mapping[str, Any] | None, random: Mapping[str, Any]
    ) -> None:
        """Go on from a place in the training data, with these random states."""
        self._place, self._random = place, random
