"""What each rank tells rank 0 through the stage, and how rank 0 and others wait."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lehr.training.checkpoint import files
from lehr.training.checkpoint.files import FileRecord
from lehr.training.checkpoint.shards.header import file_of

_LIMIT = 2**20
_FIRST_WAIT, _LONGEST_WAIT = 0.002, 0.1
_GRACE = 1.0


class Pause:
    """Waits between two looks, longer each time, and not past a deadline."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._next = _FIRST_WAIT

    def wait(self) -> bool:
        """Wait a little; return False when the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(self._next, left))
        self._next = min(self._next * 1.5, _LONGEST_WAIT)
        return True


def tell(
    stage: Path,
    rank: int,
    written: Mapping[str, FileRecord],
    *,
    finite: bool = True,
    failure: str | None = None,
) -> None:
    """Tell rank 0 what this rank has written, or why it has not."""
    data = {
        "files": {name: asdict(record) for name, record in written.items()},
        "finite": finite,
        "failure": failure,
    }
    path = _path(stage, rank)
    draft = path.with_suffix(".draft")
    files.write(draft, [json.dumps(data).encode()])
    draft.rename(path)


def gathered(
    stage: Path, world_size: int, seconds: float
) -> tuple[dict[str, FileRecord], bool]:
    """Return the files of all ranks but rank 0, and whether their weights are finite.

    Raises:
        OSError: a rank could not write, or has not told in time.
    """
    missing, pause = set(range(1, world_size)), Pause(seconds)
    written: dict[str, FileRecord] = {}
    finite = True
    while True:
        there = set(os.listdir(stage))
        for rank in sorted(missing):
            if _path(stage, rank).name not in there:
                continue
            data = _told(stage, rank)
            if data["failure"] is not None:
                raise OSError(f"rank {rank} could not write: {data['failure']}")
            written |= _checked(stage, rank, world_size, data["files"])
            finite = finite and data["finite"] is True
            missing.remove(rank)
        if not missing:
            return dict(sorted(written.items())), finite
        if not pause.wait():
            raise OSError(
                f"{_names(missing)} did not write their shards within {seconds:g} s"
            )


def remove(stage: Path, world_size: int) -> None:
    """Remove what was told, which is no part of the checkpoint."""
    for rank in range(1, world_size):
        _path(stage, rank).unlink(missing_ok=True)


def await_commit(stage: Path, target: Path, seconds: float) -> None:
    """Wait until rank 0 has given the stage its name.

    Raises:
        OSError: it has given up, or has not done it in time.
    """
    pause = Pause(seconds)
    while os.path.lexists(stage):
        if not pause.wait():
            raise OSError(f"rank 0 has not committed it within {seconds:g} s")
    # A rename is one step; but disks that are far away show it bit by bit.
    pause = Pause(_GRACE)
    while not os.path.lexists(target):
        if not pause.wait():
            raise given_up()


def given_up() -> OSError:
    """Return the error of a rank that finds the stage gone."""
    return OSError("rank 0 has given it up; its error says why")


def _path(stage: Path, rank: int) -> Path:
    return stage / f".done-{rank:05}.json"


def _told(stage: Path, rank: int) -> dict[str, Any]:
    try:
        with open(_path(stage, rank), "rb", opener=files.open_plainly) as file:
            return dict(json.loads(file.read(_LIMIT)))
    except (ValueError, TypeError) as error:
        raise OSError(f"what rank {rank} told is not readable: {error}") from None


def _checked(
    stage: Path, rank: int, world_size: int, told: Mapping[str, Any]
) -> dict[str, FileRecord]:
    """Return a rank's files, which are there as long as they were written."""
    records = {name: FileRecord(**one) for name, one in told.items()}
    for name, record in records.items():
        if name != file_of(rank, world_size):
            raise OSError(f"rank {rank} wrote a file {name!r}, which is not its own")
        size = os.stat(stage / name, follow_symlinks=False).st_size
        if size != record.bytes:
            raise OSError(f"{name} has {size} bytes, not {record.bytes}")
    return records


def _names(ranks: set[int]) -> str:
    return ("rank " if len(ranks) == 1 else "ranks ") + ", ".join(
        map(str, sorted(ranks))
    )
