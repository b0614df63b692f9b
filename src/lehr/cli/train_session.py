"""One run from the command line: announce it, train it, leave its folder behind."""

import os
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch
import yaml

from lehr.cli import train_report as report
from lehr.config.errors import ConfigError, Problem
from lehr.config.run_document import Run
from lehr.training import FitResult
from lehr.training.callbacks import (
    Callback,
    LoggingCallback,
    ProgressBar,
    RateMonitor,
    TimeLimit,
)
from lehr.training.checkpoint import Retention
from lehr.training.errors import TrainingError
from lehr.training.job import Job, build_job
from lehr.training.loggers import JsonLines, RunStore
from lehr.training.run_folder import RunFolder
from lehr.training.tasks import Task

_RESOLVED = """\
# The run as it was trained. `lehr train` on this file trains it again, from the folder
# of the original file where a path under data is relative. One that lies elsewhere was
# named by --data or --text, and must be again.
"""


class Session:
    """A checked run with its data and its folder, about to be trained.

    Args:
        run: the document's values, its plan and its schedules.
        task: what it learns, and from what.
        folder: where everything is left; not written before `create`.
        verbose: 0 prints the summary only, 1 the plan and a bar, 2 epochs as well.
        time_limit: save and stop after so many seconds.
    """

    def __init__(
        self,
        run: Run,
        task: Task,
        folder: RunFolder,
        *,
        verbose: int = 2,
        time_limit: float | None = None,
    ) -> None:
        self.run = run
        self.task = task
        self.folder = folder
        self.verbose = verbose
        self.time_limit = time_limit

    def announce(self, *, resumed: bool) -> None:
        """Show the plan and the schedules before anything runs."""
        if self.verbose:
            print(
                report.announcement(
                    self.run, self.task, self.folder.path, resumed=resumed
                )
            )

    def create(self, text: str, ending: str, facts: Mapping[str, Any]) -> None:
        """Write the folder of a new run.

        Args:
            text: the document as it was given.
            ending: of its file.
            facts: what the command line said besides.
        """
        resolved = yaml.safe_dump(self.run.resolved(), sort_keys=False)
        known = {
            "data": self.task.fingerprint(),
            "lehr": _version(),
            "torch": str(torch.__version__),
        }
        self.folder.create(text, ending, _RESOLVED + resolved, {**facts, **known})

    def train(self, *, resume: bool) -> int:
        """Train to the end or to an interruption; return the exit code."""
        if resume:
            self._check_same()
            if self.folder.summary.exists():
                facts = self.folder.read(self.folder.summary.name, *report.FACTS)
                print(f"the run in {self.folder.path} has finished; it ended with")
                print(report.summary_table(facts | {"folder": str(self.folder.path)}))
                return 0
        if (threads := self.run.config.train.threads) is not None:
            torch.set_num_threads(threads)
        job = build_job(self.run, self.task, self.folder.path, self._callbacks())
        try:
            result = job.fit(resume=resume)
            if result.exit_code:
                print(report.interruption(result, self.folder.path))
                return result.exit_code
            self._draw(result)
            self._sum_up(job, result)
        except (TrainingError, OSError, ValueError, RuntimeError) as error:
            if os.environ.get("LEHR_TRACEBACK") or not _is_told(error):
                raise
            print(f"error: {_told(error)}", file=sys.stderr)
            return 1
        return 0

    def _callbacks(self) -> list[Callback]:
        """Return what is done beside training, and what is told about it."""
        config = yaml.safe_dump(self.run.resolved(), sort_keys=False)
        store = RunStore(self.folder.path, config)
        log = LoggingCallback(1, (store, JsonLines(self.folder.metrics)))
        bar = ProgressBar(tokens_per_sample=self.task.context)
        bars = (bar, report.ProgressLines())[: self.verbose]
        limits = [] if self.time_limit is None else [TimeLimit(self.time_limit)]
        return [RateMonitor(), log, *bars, *limits]

    def _sum_up(self, job: Job, result: FitResult) -> None:
        """Judge the best weights on the test part, and leave the last word."""
        store = job.trainer.store
        best = None if store is None else store.best(Retention(monitor="val_loss"))
        if store is not None and best is not None:
            job.trainer.model.load_state_dict(store.load(best.path)["model"])
        test = job.trainer.validate(job.test)
        summary = report.summary(self.run, result, test, self.folder.path)
        self.folder.write(self.folder.summary.name, summary)
        print(report.summary_table(summary))

    def _draw(self, result: FitResult) -> None:
        """Draw what was planned beside what was done; without it, the run goes on."""
        try:
            from lehr.plotting.figure import plot_run

            rates, losses = report.read_metrics(self.folder.metrics)
            plot_run(
                self.run.schedules["lr"],
                rates,
                losses,
                self.folder.curves,
                title=self.run.config.name,
                best=result.best.update if result.best else None,
            )
        except (ImportError, OSError, ValueError) as error:
            print(f"note: no curves were drawn: {error}", file=sys.stderr)

    def _check_same(self) -> None:
        """Refuse to continue on other data; say so if torch is another one."""
        facts = self.folder.facts
        if self.task.fingerprint() != facts["data"]:
            message = "the data are not those that the run was started with"
            hint = "put them back, or start a new run without --resume"
            source = str(self.folder.path)
            raise ConfigError([Problem("LH125", message, source, hint=hint)])
        if facts["torch"] != str(torch.__version__):
            print(
                f"note: started with torch {facts['torch']}, continued with "
                f"{torch.__version__}; the last bits may differ",
                file=sys.stderr,
            )


def _version() -> str | None:
    try:
        return version("lehr")
    except PackageNotFoundError:
        return None


def _is_told(error: Exception) -> bool:
    """Whether an error is told in one line: all but a fault of a program."""
    if isinstance(error, RuntimeError) and not isinstance(error, TrainingError):
        return "memory" in str(error)  # torch has no type of its own for the CPU
    return True


def _told(error: Exception) -> str:
    """Return what an error says, and what would mend it."""
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    if isinstance(error, RuntimeError) and not isinstance(error, TrainingError):
        return f"out of memory, make train.batch_size smaller: {first}"
    return str(error)
