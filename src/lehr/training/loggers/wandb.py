"""Records for Weights & Biases, online or offline."""

import netrc
import os
import uuid
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from lehr.training.loggers.base import RunLogger, Status, require

Mode = Literal["online", "offline", "disabled"]


class Wandb(RunLogger):
    """Logs to a run of Weights & Biases, at the step of the update.

    Without a key it works offline; `wandb sync` uploads such a run later. A resumed run
    keeps its id, which is in the checkpoint. What W&B has of it cannot be forgotten:
    online, updates that come again are left out.

    Args:
        project: of W&B.
        name: of the run; None lets W&B choose.
        folder: where W&B puts its own folder `wandb`.
        mode: None means "online" if there is a key, else "offline"; the variable
            WANDB_MODE is heard first.
        config: how the run was configured, shown beside it.
        id: of the run; None makes one.
        options: more for `wandb.init`, such as `entity`, `group`, `tags`.

    Raises:
        ImportError: wandb is not installed.
    """

    def __init__(
        self,
        project: str,
        name: str | None = None,
        *,
        folder: str | Path = ".",
        mode: Mode | None = None,
        config: Mapping[str, Any] | None = None,
        id: str | None = None,
        **options: Any,
    ) -> None:
        require("wandb", "wandb")
        super().__init__()
        self.project, self.name, self.folder = project, name, Path(folder)
        self.mode, self.config, self.options = mode, config, options
        self.id = id
        self._given = id

    def open(self, updates: int) -> None:
        """Begin a run, or go on with the one of the checkpoint."""
        self.close()
        if updates == 0 or self.id is None:
            self.id = self._given or uuid.uuid4().hex[:8]
        self.folder.mkdir(parents=True, exist_ok=True)
        self._run = import_module("wandb").init(
            project=self.project,
            name=self.name,
            dir=str(self.folder),
            mode=self.mode or _mode(),
            config=None if self.config is None else dict(self.config),
            id=self.id,
            **{"resume": "allow", "reinit": "create_new"} | self.options,
        )
        self._has = self._run.step

    def finish(self, status: Status) -> None:
        """End the run, as failed if it did; an interrupted one may be resumed."""
        if self._run is not None:
            run, self._run = self._run, None
            run.finish(exit_code=0 if status == "finished" else 1)

    def state_dict(self) -> dict[str, Any]:
        """Return the id of the run."""
        return {} if self.id is None else {"id": self.id}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with the run of this id."""
        self.id = state["id"]

    def __repr__(self) -> str:
        return f"Wandb({self.project!r}, name={self.name!r})"


def _mode() -> str | None:
    """Return "offline" if nothing says otherwise; asking nobody, and no network."""
    if os.environ.get("WANDB_MODE"):
        return None
    return "online" if os.environ.get("WANDB_API_KEY") or _in_netrc() else "offline"


def _in_netrc() -> bool:
    address = os.environ.get("WANDB_BASE_URL", "https://api.wandb.ai")
    try:
        known = netrc.netrc(os.environ.get("NETRC")).hosts
    except (OSError, netrc.NetrcParseError):
        return False
    return urlsplit(address).hostname in known
