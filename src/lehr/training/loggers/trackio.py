"""Records for trackio, which shows runs on this machine or on a Space."""

import uuid
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from lehr.training.loggers.base import RunLogger, Status, require


class Trackio(RunLogger):
    """Logs to a run of trackio, at the step of the update; `trackio show` shows it.

    trackio knows a run by its name: a resumed run keeps it, in the checkpoint. What
    trackio has of it cannot be forgotten: updates that come again are left out.

    Args:
        project: of trackio.
        name: of the run; None makes one.
        config: how the run was configured, shown beside it.
        options: more for `trackio.init`, such as `space_id` or `group`.

    Raises:
        ImportError: trackio is not installed.
    """

    def __init__(
        self,
        project: str,
        name: str | None = None,
        *,
        config: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        require("trackio", "trackio")
        super().__init__()
        self.project, self.name, self.options = project, name, options
        self.config = None if config is None else dict(config)
        self._given = name

    def open(self, updates: int) -> None:
        """Begin a run, or go on with the one of the checkpoint."""
        self.close()
        new = updates == 0 or self.name is None
        if new:
            self.name = self._given or f"run-{uuid.uuid4().hex[:8]}"
        trackio = import_module("trackio")
        # Watching the machine is trackio's habit, and would be in no other log.
        quiet = {"auto_log_gpu": False, "auto_log_cpu": False, "embed": False}
        self._run = trackio.init(
            project=self.project,
            name=self.name,
            config=self.config,
            resume="never" if new else "allow",
            **quiet | self.options,
        )
        # What trackio would number next: the only place that knows of a Space, too.
        self._has = 0 if new else getattr(self._run, "_next_step", 0)

    def finish(self, status: Status) -> None:
        """End the run; trackio has no word for how it ended."""
        if self._run is not None:
            run, self._run = self._run, None
            run.finish()

    def state_dict(self) -> dict[str, Any]:
        """Return the name of the run."""
        return {} if self.name is None else {"name": self.name}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with the run of this name."""
        self.name = state["name"]

    def __repr__(self) -> str:
        return f"Trackio({self.project!r}, name={self.name!r})"
