"""Look closely at a few updates: where their time goes."""

import logging
from pathlib import Path
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from lehr._checks import count
from lehr.training.callbacks.base import Callback
from lehr.training.callbacks.events import (
    EndContext,
    SavePointContext,
    StartContext,
    UpdateContext,
)

logger = logging.getLogger("lehr.training")


class Profiler(Callback):
    """Profiles a window of updates by torch's profiler, and nothing before and after.

    Two files are written: a trace, `update-000000000010.json`, for chrome://tracing or
    https://ui.perfetto.dev, and a table of the costliest operations beside it, `.txt`.
    What happens between the updates of the window, such as an evaluation, is seen too.
    A run that ends within the window writes what there is; one that is resumed behind
    its first update profiles nothing.

    Args:
        start: number of the first update, from 0. The first of a run are not typical.
        updates: how many, >= 1.
        folder: for the files; None: "profile" in the run folder.
        shapes: whether to note the shapes of operations' inputs.
        memory: whether to note what operations allocate.
        rows: of the table.

    Raises:
        ValueError: a number is out of range; at the start: there is no folder.

    >>> import tempfile
    >>> from lehr.training import BaseTrainer
    >>> model = torch.nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> batch = (torch.ones(4, 1), torch.zeros(4, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     profiler = Profiler(start=2, updates=2, folder=folder)
    ...     trainer = BaseTrainer(model, optimizer, callbacks=[profiler])
    ...     _ = trainer.fit([batch] * 6, num_epochs=1)
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['update-000000000002.json', 'update-000000000002.txt']
    """

    main_only = True  # what one rank does, the others do as well
    order = 3000  # after all others: the window is from update to update

    def __init__(
        self,
        start: int = 10,
        updates: int = 3,
        folder: str | Path | None = None,
        *,
        shapes: bool = False,
        memory: bool = False,
        rows: int = 30,
    ) -> None:
        self.start = count("start", start)
        self.updates = count("updates", updates, minimum=1)
        self.folder = None if folder is None else Path(folder)
        self.shapes, self.memory = shapes, memory
        self.rows = count("rows", rows, minimum=1)
        self.trace: Path | None = None
        self._place = Path()
        self._profile: Any = None

    def on_start(self, context: StartContext) -> None:
        """Find the folder; begin, if the window begins here."""
        if self.folder is None and context.folder is None:
            raise ValueError(
                "Profiler needs a folder: Profiler(folder=...), or a run folder, "
                "BaseTrainer(..., folder=...)"
            )
        self._place = self.folder or Path(context.folder or ".", "profile")
        self._begin_at(context.trainer.updates, context.trainer.loop.device)

    def on_update(self, context: UpdateContext) -> None:
        """Mark the update; end after the last of the window."""
        if self._profile is not None:
            self._profile.step()
            if context.update + 1 >= self.start + self.updates:
                self._end()

    def on_save_point(self, context: SavePointContext) -> None:
        """Begin, if the next update is the first of the window."""
        if context.updates == self.start:
            self._begin_at(context.updates, context.trainer.loop.device)

    def on_end(self, context: EndContext) -> None:
        """End with the run."""
        self._end()

    def _begin_at(self, updates: int, device: torch.device) -> None:
        if updates != self.start or self._profile is not None:
            return
        activities = [ProfilerActivity.CPU]
        if device.type == "cuda":
            activities.append(ProfilerActivity.CUDA)
        self._profile = profile(
            activities=activities, record_shapes=self.shapes, profile_memory=self.memory
        )
        self._profile.start()

    def _end(self) -> None:
        """Write what was seen."""
        if self._profile is None:
            return
        seen, self._profile = self._profile, None
        seen.stop()
        self._place.mkdir(parents=True, exist_ok=True)
        trace = self._place / f"update-{self.start:012d}.json"
        seen.export_chrome_trace(str(trace))
        averages = seen.key_averages(group_by_input_shape=self.shapes)
        cuda = ProfilerActivity.CUDA in seen.activities
        order = f"self_{'cuda' if cuda else 'cpu'}_time_total"
        table = averages.table(sort_by=order, row_limit=self.rows)
        trace.with_suffix(".txt").write_text(table, encoding="utf-8")
        self.trace = trace
        logger.info("profile of updates from %d on: %s", self.start, trace)
