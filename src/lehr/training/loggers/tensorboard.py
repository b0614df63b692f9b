"""Records for TensorBoard, by its own writer: without torch and TensorFlow."""

import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from lehr.training.loggers.base import Logger, Record, numbers, require

QUEUE = 1000
"""Events that may wait for the writing thread before training does."""

_PROTO = "tensorboard.compat.proto"


class TensorBoard(Logger):
    """Writes event files into a folder: `tensorboard --logdir FOLDER` shows them.

    A tag per name, at the step of the update; texts are left out. A resumed run goes on
    in the same folder; TensorBoard is told to forget the steps that come again. It
    keeps 32-bit numbers.

    Args:
        folder: where the event files go.

    Raises:
        ImportError: tensorboard is not installed.
    """

    def __init__(self, folder: str | Path) -> None:
        require("tensorboard", "tensorboard")
        self.folder = Path(folder)
        self._writer: Any = None
        self._new: Mapping[str, Any] = {}

    def open(self, updates: int) -> None:
        """Begin an event file; in those before, steps from `updates` on are void."""
        self.close()
        self.folder.mkdir(parents=True, exist_ok=True)
        events = import_module(f"{_PROTO}.event_pb2")
        summaries = import_module(f"{_PROTO}.summary_pb2")
        writers = import_module("tensorboard.summary.writer.event_file_writer")
        self._new = {
            "event": events.Event,
            "summary": summaries.Summary,
            "value": summaries.Summary.Value,
        }
        self._writer = writers.EventFileWriter(str(self.folder), QUEUE, flush_secs=1)
        start = events.SessionLog(status=events.SessionLog.START)
        now = time.time()
        self._writer.add_event(
            events.Event(wall_time=now, step=updates, session_log=start)
        )
        self._writer.flush()

    def log(self, record: Record) -> None:
        """Add an event; a thread of TensorBoard's writes it."""
        if self._writer is None:
            self.open(int(record["update"]))
        new = self._new
        values = [
            new["value"](tag=name, simple_value=value)
            for name, value in numbers(record).items()
        ]
        self._writer.add_event(
            new["event"](
                wall_time=time.time(),
                step=int(record["update"]),
                summary=new["summary"](value=values),
            )
        )

    def flush(self) -> None:
        """Write what is not written yet."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write the rest, and close the file."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    def __repr__(self) -> str:
        return f"TensorBoard({str(self.folder)!r})"
