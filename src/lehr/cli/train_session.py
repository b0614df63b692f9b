"""One run from the command line: announce it, train it, leave its folder behind."""

import os
import sys
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch
import yaml

from lehr.cli import train_report as report
from lehr.cli.train_ranks import attempt, launch, once, restarts, tells
from lehr.cli.train_start import Start
from lehr.cli.usage import HEARD
from lehr.config.errors import ConfigError, Problem
from lehr.training import FitResult
from lehr.training.callbacks import (
    Callback,
    LoggingCallback,
    ProgressBar,
    RateMonitor,
    TimeLimit,
)
from lehr.training.checkpoint import Retention
from lehr.training.document_loggers import document_loggers
from lehr.training.engine import Engine
from lehr.training.errors import RankLostError, TrainingError
from lehr.training.job import Job, build_job
from lehr.training.loggers import RunStore

_RESOLVED = """\
# The run as it was trained. `lehr train` on this file trains it again, from the folder
# of the original file where a path under data is relative. One that lies elsewhere was
# named by --data or --text, and must be again.
"""


class Session:
    """A checked run with its data and its folder, about to be trained.

    Of several processes, rank 0 prints and writes, and the others train with it.

    Args:
        start: the run, its data, its folder, and whether it goes on.
        engine: what joins the processes.
        ranks: how many there are, or would be.
        verbose: 0 prints the summary only, 1 the plan and a bar, 2 epochs as well.
        time_limit: save and stop after so many seconds.
    """

    def __init__(
        self,
        start: Start,
        engine: Engine,
        ranks: int = 1,
        *,
        verbose: int = 2,
        time_limit: float | None = None,
    ) -> None:
        self.start = start
        self.run, self.task, self.folder = start.run, start.task, start.folder
        self.engine = engine
        self.ranks = ranks
        self.verbose = verbose
        self.time_limit = time_limit

    def announce(self) -> None:
        """Show the plan and the schedules before anything runs."""
        if not self.verbose:
            return
        start = report.beginning(self.start, self.ranks)
        # A run that torchrun starts again has shown its plan before.
        plan = "" if attempt() else f"\n\n{report.plan(self.start)}"
        print(f"{start}{plan}\n", flush=True)

    def train(self) -> int:
        """Train to the end or to an interruption; return the exit code."""
        code = once(self.engine, self._opened)
        if code is not None:
            return code
        if (threads := self.run.config.train.threads) is not None:
            torch.set_num_threads(threads)
        job = build_job(self.run, self.task, self.folder.path, self._callbacks())
        try:
            result = job.fit(resume=self.start.resume)
            if result.exit_code:
                return self._interrupted(result)
            self._sum_up(job, result)
        except (TrainingError, OSError, ValueError, RuntimeError) as error:
            if os.environ.get("LEHR_TRACEBACK") or not _is_told(error):
                raise
            return self._failed(error)
        return 0

    def _opened(self) -> int | None:
        """Open the folder of the run; return an exit code if that was all.

        Raises:
            ConfigError: the run was begun on other data.
            OSError: the folder cannot be written.
        """
        if not self.start.resume:
            self.announce()
            self._create(*self.start.given)
            return None
        self._check_same()
        if self.folder.summary.exists():
            facts = self.folder.read(self.folder.summary.name, *report.FACTS)
            print(f"the run in {self.folder.path} has finished; it ended with")
            print(report.summary_table(facts | {"folder": str(self.folder.path)}))
            return 0
        code = self._was_stopped()
        if code is not None:
            print(report.stays_stopped(code), flush=True)
        else:
            self.announce()
        return code

    def _create(self, text: str, ending: str, facts: Mapping[str, Any]) -> None:
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
            "schedules": report.written(self.run),
        }
        self.folder.create(text, ending, _RESOLVED + resolved, {**facts, **known})

    def _interrupted(self, result: FitResult) -> int:
        """Tell how to go on, before torchrun hears of it and ends all."""
        if self.engine.is_main:
            if restarts():
                self.folder.note_stop(result.exit_code, launch())
            print(report.interruption(result, self.folder.path, self.ranks), flush=True)
        self.engine.barrier()
        return result.exit_code

    def _was_stopped(self) -> int | None:
        """Return the exit code of the attempt before, if somebody had it stop."""
        code = self.folder.take_stop(launch())
        if code is not None and attempt():
            self.folder.note_stop(code, launch())
            return code
        return None

    def _failed(self, error: Exception) -> int:
        """Tell why the run failed, on one rank if all know it."""
        prefix = "" if self.engine.is_main else f"[rank {self.engine.rank}] "
        if tells(self.engine, error):
            print(f"{prefix}error: {_told(error)}", file=sys.stderr, flush=True)
        else:
            time.sleep(HEARD)
        return 1

    def _callbacks(self) -> list[Callback]:
        """Return what is done beside training, and what is told about it."""
        config = yaml.safe_dump(self.run.resolved(), sort_keys=False)
        store = RunStore(self.folder.path, config)
        log = LoggingCallback(
            self.run.config.logging.every,
            (store, *document_loggers(self.run.config, self.folder)),
        )
        bar = ProgressBar(tokens_per_sample=self.task.context)
        bars = (bar, report.ProgressLines())[: self.verbose]
        limits = [] if self.time_limit is None else [TimeLimit(self.time_limit)]
        return [RateMonitor(), log, *bars, *limits]

    def _sum_up(self, job: Job, result: FitResult) -> None:
        """Judge the best weights on the test part, and leave the last word."""
        trainer = job.trainer
        engine, store = trainer.engine, trainer.store

        def best() -> Any:
            found = store and store.best(Retention(monitor="val_loss"))
            return store.load(found.path)["model"] if store and found else None

        def leave() -> None:
            self._draw(result)
            summary = report.summary(self.run, result, test, self.folder.path)
            self.folder.write(self.folder.summary.name, summary)
            print(report.summary_table(summary), flush=True)

        with engine.patient():
            weights = engine.broadcast(best)
            if weights is not None:
                engine.load_model(trainer.model, weights)
            test = trainer.validate(job.test)
            engine.broadcast(leave)

    def _draw(self, result: FitResult) -> None:
        """Draw what was planned beside what was done; without it, the run goes on."""
        try:
            from lehr.plotting.figure import plot_run

            rates, losses = report.read_metrics(self.folder.path)
            plot_run(
                self.run.lr,
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
    if isinstance(error, RankLostError):  # it speaks to those who call `fit`
        return str(error).replace("resume='auto'", "--resume")
    return str(error)
