"""Records for MLflow."""

import re
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import islice
from typing import Any

from lehr.training.loggers.background import BackgroundLogger
from lehr.training.loggers.base import Record, Status, numbers, require

MOST = 1000
"""Metrics that MLflow takes at once."""

_ENDS = {"finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}


class Mlflow(BackgroundLogger):
    """Logs to a run of MLflow, at the step of the update; a thread does the waiting.

    A resumed run keeps its id, which is in the checkpoint. What MLflow has of it cannot
    be forgotten: updates that come again are left out. In a name, what MLflow does not
    allow is replaced by "_"; texts are left out.

    Args:
        experiment: of MLflow; made if it is not there.
        name: of the run; None lets MLflow choose.
        uri: where MLflow keeps runs, such as "sqlite:///mlflow.db" or the address of a
            server; None: as MLflow is configured.
        config: parameters of the run, shown beside it.

    Raises:
        ImportError: mlflow is not installed.
    """

    def __init__(
        self,
        experiment: str,
        name: str | None = None,
        *,
        uri: str | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        require("mlflow", "mlflow")
        super().__init__()
        self.experiment, self.name, self.uri = experiment, name, uri
        self.config = dict(config or {})
        self.id: str | None = None
        self._client: Any = None
        self._metric: Any = None
        self._has = -1

    def finish(self, status: Status) -> None:
        """Write the rest, and note how the run ended."""
        self.flush()
        if self._client is not None:
            self._client.set_terminated(self.id, _ENDS[status])

    def state_dict(self) -> dict[str, Any]:
        """Return the id of the run."""
        return {} if self.id is None else {"id": self.id}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with the run of this id."""
        self.id = state["id"]

    def _begin(self, updates: int) -> None:
        mlflow = import_module("mlflow")
        self._metric = import_module("mlflow.entities").Metric
        self._client = client = mlflow.MlflowClient(tracking_uri=self.uri)
        if updates == 0 or self.id is None:
            self.id, self._has = self._new_run(client), -1
        else:
            client.update_run(self.id, status="RUNNING")
            known = list(client.get_run(self.id).data.metrics)
            name = "epoch" if "epoch" in known else "".join(known[:1])
            found = client.get_metric_history(self.id, name) if known else []
            self._has = max((metric.step for metric in found), default=-1)

    def _new_run(self, client: Any) -> str:
        experiment = client.get_experiment_by_name(self.experiment)
        if experiment is None:
            number = client.create_experiment(self.experiment)
        else:
            number = experiment.experiment_id
        run: str = client.create_run(number, run_name=self.name).info.run_id
        for name, value in self.config.items():
            client.log_param(run, name, value)
        return run

    def _write(self, records: Sequence[Record]) -> None:
        now = round(time.time() * 1000)
        metrics = (
            self._metric(_allowed(name), float(value), now, int(record["update"]))
            for record in records
            if record["update"] > self._has
            for name, value in numbers(record).items()
        )
        while some := list(islice(metrics, MOST)):
            self._client.log_batch(self.id, metrics=some)

    def __repr__(self) -> str:
        return f"Mlflow({self.experiment!r}, name={self.name!r})"


def _allowed(name: str) -> str:
    """Return a name with only what MLflow allows.

    >>> _allowed("lr/head[0]")
    'lr/head_0_'
    """
    return re.sub(r"[^\w\-. :/]", "_", name, flags=re.ASCII)
