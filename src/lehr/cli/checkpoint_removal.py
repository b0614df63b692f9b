"""Which checkpoints `lehr checkpoint rm` may remove, and their removal."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from lehr.cli.usage import UsageError
from lehr.training.checkpoint import catalog
from lehr.training.checkpoint.errors import (
    CheckpointError,
    CheckpointVersionError,
    FolderLockedError,
)
from lehr.training.checkpoint.lock import NAME as LOCK
from lehr.training.checkpoint.lock import FolderLock
from lehr.training.checkpoint.verification import problems_of

_FORCE = "--force removes it all the same"


def remove(paths: Sequence[Path], *, force: bool) -> None:
    """Remove checkpoints, or none of them.

    Raises:
        UsageError: a run trains there; without `force`: one is marked to be kept, or no
            good one of its run would be left.
        OSError: one cannot be removed.
    """
    with contextlib.ExitStack() as stack:
        for run in sorted({path.parent.parent for path in paths}):
            if (run / LOCK).is_file():
                _hold(stack, run)
        if not force:
            _require_removable(paths)
        for path in paths:
            catalog.remove(path)


def _hold(stack: contextlib.ExitStack, run: Path) -> None:
    try:
        stack.enter_context(FolderLock(run))
    except FolderLockedError as error:
        raise UsageError(str(error)) from None


def _require_removable(paths: Sequence[Path]) -> None:
    for path in paths:
        if catalog.is_pinned(path):
            raise UsageError(f"{path.name} is marked to be kept", _FORCE)
        if not _is_known(path):
            raise UsageError(f"{path.name} is of a newer version of lehr", _FORCE)
    for folder in sorted({path.parent for path in paths}):
        doomed = [path for path in paths if path.parent == folder]
        good = [path for path in doomed if not problems_of(path)]
        for run in sorted({_run_of(path) for path in good}):
            if not _has_another(folder, run, doomed):
                last = next(path for path in good if _run_of(path) == run)
                raise UsageError(
                    f"{last.name} is the last good checkpoint of its run", _FORCE
                )


def _has_another(folder: Path, run: str, doomed: Sequence[Path]) -> bool:
    """Tell whether a good checkpoint of the run stays; each is read, newest first."""
    others = [path for path in catalog.folders(folder) if path not in doomed]
    mine = [path for path in others if _is_known(path) and _run_of(path) == run]
    return any(not problems_of(path) for path in reversed(mine))


def _is_known(path: Path) -> bool:
    """Tell whether this version reads the format of a checkpoint, good or not."""
    try:
        catalog.read_entry(path)
    except CheckpointVersionError:
        return False
    except CheckpointError:
        pass
    return True


def _run_of(path: Path) -> str:
    try:
        return catalog.read_entry(path).manifest.run
    except CheckpointError:
        return ""
