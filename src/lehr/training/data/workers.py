"""Requests answered in order by a reader, here or in worker processes."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from multiprocessing import connection
from typing import Any, Protocol

import torch
from torch.utils.data import DataLoader, Dataset, Sampler
from torch.utils.data._utils import worker

from lehr._checks import choice, count
from lehr.training.data import deaths

OPTIONS = (
    "prefetch_factor",
    "persistent_workers",
    "timeout",
    "multiprocessing_context",
    "worker_init_fn",
)
"""What is passed on to torch's DataLoader as it is."""

_HERE: list[int] = []
"""The number of this worker; empty in any other process."""


class Reader(Protocol):
    """Answers requests; each worker has a copy of it."""

    def __getitem__(self, request: Any) -> Any: ...


class Workers:
    """Answers one request after the other, ahead of time where there are workers.

    torch's DataLoader does the work. It never draws from the global random state.

    Args:
        reader: what answers.
        num_workers: processes, 0: none but this one.
        pin_memory: let tensors come in page-locked memory.
        options: those of torch's DataLoader named in `OPTIONS`. Workers persist from
            epoch to epoch unless told otherwise.
        alone: let the reader in a worker not know that it is in one.
    """

    def __init__(
        self,
        reader: Reader,
        num_workers: int,
        pin_memory: bool,
        options: dict[str, Any],
        *,
        alone: bool = False,
    ) -> None:
        for name in options:
            choice("an option of the workers", name, OPTIONS)
        if options and not num_workers:
            raise ValueError(f"{', '.join(options)} needs num_workers >= 1, got 0")
        self.number = count("num_workers", num_workers)
        self._given = (num_workers, pin_memory, dict(options), alone)
        self._reader = reader
        self._requests = _Requests()
        self._loader: DataLoader[Any] | None = None
        if self.number or pin_memory:
            if self.number:
                theirs = options.get("worker_init_fn")
                options = {"persistent_workers": True} | options
                options["worker_init_fn"] = _Beginning(theirs, alone)
            self._loader = DataLoader(
                _Items(reader),
                batch_size=None,
                sampler=self._requests,
                collate_fn=_as_it_is,
                num_workers=self.number,
                pin_memory=pin_memory,
                generator=torch.Generator(),
                **options,
            )

    def with_reader(self, reader: Reader) -> "Workers":
        """Return as many workers of another reader; none of them is running yet."""
        number, pin_memory, options, alone = self._given
        return Workers(reader, number, pin_memory, options, alone=alone)

    def answers(self, requests: Iterator[Any]) -> Iterator[Any]:
        """Yield the answers; a later call ends what an earlier one had not finished."""
        if self._loader is None:
            return map(self._reader.__getitem__, requests)
        self._requests.pending = requests
        answers: Iterator[Any] = iter(self._loader)
        if self.number:
            deaths.wait_until_asked()
        return answers

    def next(self, answers: Iterator[Any], note: str) -> Any:
        """Return the next answer; an error gets the note, and which workers died."""
        try:
            if not self.number:
                return next(answers)
            with deaths.asking():
                return next(answers)
        except Exception as error:
            error.add_note(note)
            if not self.number:
                raise
            died = _ended(answers, error)
            if died and not isinstance(error, RuntimeError):
                # What torch met first, such as a connection without an end.
                error = RuntimeError(f"a worker of the loader has died: {error!r}")
                error.add_note(note)
            for ended in died:
                error.add_note(ended)
            # The worker's traceback is in the message. The one here is torch's, and it
            # would keep the workers from ending with the loader.
            raise error.with_traceback(None) from None


class _Requests(Sampler[Any]):
    """What the workers are asked next."""

    def __init__(self) -> None:
        self.pending: Iterator[Any] = iter(())

    def __iter__(self) -> Iterator[Any]:
        return self.pending


class _Items(Dataset[Any]):
    """A reader as torch's data set."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader

    def __getitem__(self, request: Any) -> Any:
        return self.reader[request]


class _Beginning:
    """What a worker does first.

    Ctrl-C reaches all processes of a terminal: it must not take the workers from a run
    that is about to save. And a stream that deals itself out to torch's workers must
    not do so here, where each worker needs all of it.
    """

    def __init__(self, theirs: Callable[[int], None] | None, alone: bool) -> None:
        self.theirs, self.alone = theirs, alone

    def __call__(self, number: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _HERE.append(number)
        if self.theirs is not None:
            self.theirs(number)
        if self.alone:
            worker._worker_info = None


def _ended(answers: Any, error: Exception) -> list[str]:
    """Return which workers have died, and how.

    What torch raises then is whatever it meets first, such as a broken connection: that
    is seen before the end of the process is, on a busy machine long before.
    """
    workers = getattr(answers, "_workers", [])
    broken = isinstance(error, EOFError | ConnectionError)
    with contextlib.suppress(RuntimeError):  # of torch's signal handler, in between
        connection.wait(
            [process.sentinel for process in workers], timeout=5.0 if broken else 0.1
        )
    for process in workers if broken else ():
        with contextlib.suppress(RuntimeError):
            # Its files are closed before it has ended, and tell of it.
            if connection.wait([process.sentinel], timeout=0):
                process.join(5.0)
    return [
        f"worker {number} (process {process.pid}) has died, "
        + (f"by signal {-code}" if code < 0 else f"with exit code {code}")
        for number, process in enumerate(workers)
        if (code := process.exitcode)
    ]


def _as_it_is(answer: Any) -> Any:
    return answer


def in_worker() -> bool:
    """Whether this process reads for another."""
    return bool(_HERE)


def where() -> str:
    """Return which worker this is, for the note of an error."""
    return f" (worker {_HERE[0]})" if _HERE else ""
