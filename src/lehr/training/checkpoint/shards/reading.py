"""The state in a checkpoint, put into tensors of any spread, once it is verified."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

import torch
from torch import Tensor

from lehr.training.checkpoint import catalog, files
from lehr.training.checkpoint.codec import decode
from lehr.training.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointNotFoundError,
    CheckpointSecurityError,
)
from lehr.training.checkpoint.manifest import Manifest, read_manifest
from lehr.training.checkpoint.shards.index import Whole, index_of
from lehr.training.checkpoint.shards.plan import Read, reads_of
from lehr.training.checkpoint.shards.ranks import Alone, Ranks
from lehr.training.checkpoint.verification import fault_of

T = TypeVar("T")


class Saved(NamedTuple):
    """What a tensor was when it was saved: its type, and the shape of the whole."""

    dtype: torch.dtype
    shape: tuple[int, ...]


Templates = Callable[[str, Saved], Tensor | None] | Mapping[str, Tensor]
"""The tensor to put a saved one into, by its name; None asks for a whole plain one."""


def read_sharded(
    path: str | Path,
    templates: Templates | None = None,
    *,
    only: Container[str] | None = None,
    ranks: Ranks | None = None,
) -> dict[str, Any]:
    """Return the state in a checkpoint, once every byte of it is verified.

    It does not matter how the state was saved: by one process or by any number, spread
    or not. Nothing is put anywhere before all is verified and every template fits.

    Args:
        path: of the checkpoint's folder.
        templates: for a tensor's name, such as "model/weight", and what it was, the
            tensor to put it into, whose memory is written; plain or a DTensor. None
            stands for a plain tensor, whole, in the memory of the host.
        only: the parts to read; None reads all.
        ranks: all that read it now; they share the work to verify it, and an error of
            one is raised by all. None: each process verifies all of it by itself.

    Raises:
        CheckpointNotFoundError: there is no such folder.
        CheckpointCorruptError: a byte is not as it was written, or a file too many.
        CheckpointSecurityError: a name or a link leads out of the checkpoint.
        CheckpointVersionError: a newer version wrote it.
        ValueError: a template has another shape or type than what was saved.

    >>> import tempfile
    >>> from lehr.training import CheckpointStore
    >>> weight = torch.zeros(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = CheckpointStore(folder)
    ...     path = store.save({"model": {"w": torch.ones(2)}}, updates=7).path
    ...     state = read_sharded(path, {"model/w": weight})
    >>> weight, state["model"]["w"] is weight
    (tensor([1., 1.]), True)
    """
    path, ranks = Path(path), ranks or Alone()
    about = _agreed(ranks, path, lambda: _manifest(path))
    _agreed(ranks, path, lambda: _verify(path, about, ranks))
    parts = [part for part in about.parts if only is None or part in only]
    return _agreed(ranks, path, lambda: _state(path, about, parts, templates))


def _state(
    path: Path, about: Manifest, parts: Sequence[str], templates: Templates | None
) -> dict[str, Any]:
    with _corrupt_otherwise(path):
        tables = [name for name in about.files if name.endswith(".safetensors")]
        texts = {part: _data(path, part, about) for part in parts}
        wholes = index_of(path, tables, parts)
    chosen = _chosen(path, wholes, templates)
    with _corrupt_otherwise(path):
        _fill(path, wholes, chosen)
        tensors: dict[str, dict[str, Tensor]] = {part: {} for part in parts}
        for name, tensor in chosen.items():
            part, _, key = name.partition("/")
            tensors[part][key] = tensor
        return {part: decode(text, tensors[part]) for part, text in texts.items()}


@contextlib.contextmanager
def _corrupt_otherwise(path: Path) -> Iterator[None]:
    """Make what goes wrong with a checkpoint an error that says so."""
    try:
        yield
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise CheckpointCorruptError(path, str(error)) from error


def _manifest(path: Path) -> Manifest:
    if not path.is_dir():
        raise CheckpointNotFoundError(f"there is no checkpoint at {path}")
    about = read_manifest(path)
    if strangers := catalog.strangers(path, about):
        raise CheckpointCorruptError(path, f"{strangers} does not belong to it")
    for part in about.parts:
        if {f"{part}.json", f"{part}.safetensors"} - set(about.files):
            raise CheckpointSecurityError(path, f"its files are not those of {part!r}")
    return about


def _verify(path: Path, about: Manifest, ranks: Ranks) -> None:
    """Read every byte of this rank's share of the files."""
    for name in sorted(about.files)[ranks.rank :: ranks.world_size]:
        if fault := fault_of(path / name, about.files[name]):
            kind = CheckpointCorruptError
            if (path / name).is_symlink():
                kind = CheckpointSecurityError
            raise kind(path, f"{name} {fault}")


def _agreed(ranks: Ranks, path: Path, work: Callable[[], T]) -> T:
    """Do something; if it fails on any rank, fail on all."""
    failure = None
    try:
        result = work()
    except Exception as error:
        failure = error
    told = failure and [
        type(failure).__name__,
        getattr(failure, "reason", f"{failure}"),
    ]
    faults = ranks.gather(told)
    if failure is not None:
        raise failure
    for rank, fault in enumerate(faults):
        if fault is not None:
            _raise_of_other(rank, fault, path)
    return result


def _raise_of_other(rank: int, fault: list[str], path: Path) -> NoReturn:
    name, reason = fault
    for kind in (CheckpointCorruptError, CheckpointSecurityError):
        if name == kind.__name__:
            raise kind(path, reason)
    if name == CheckpointNotFoundError.__name__:
        raise CheckpointNotFoundError(f"rank {rank}: {reason}")
    raise CheckpointError(f"rank {rank} cannot read {path}: {name}: {reason}")


def _data(path: Path, part: str, about: Manifest) -> Any:
    name = f"{part}.json"
    return json.loads(files.read(path / name, about.files[name]))


def _chosen(
    path: Path, wholes: Mapping[str, Whole], templates: Templates | None
) -> dict[str, Tensor]:
    """Return the tensor that each is put into."""
    chosen = {}
    for name, whole in wholes.items():
        template = None
        if isinstance(templates, Mapping):
            template = templates.get(name)
        elif templates is not None:
            template = templates(name, Saved(whole.dtype, whole.shape))
        if template is None:
            with _corrupt_otherwise(path):
                template = torch.empty(whole.shape, dtype=whole.dtype)
        _require_like(name, template, whole)
        chosen[name] = template
    return chosen


def _require_like(name: str, template: Tensor, whole: Whole) -> None:
    if (tuple(template.shape), template.dtype) != (whole.shape, whole.dtype):
        raise ValueError(
            f"{name!r} was saved as {whole.dtype} of shape {list(whole.shape)}, and "
            f"is to go into {template.dtype} of shape {list(template.shape)}"
        )
    if template.is_meta:
        raise ValueError(f"{name!r} is to go into a tensor that has no memory yet")


@torch.no_grad()
def _fill(path: Path, wholes: Mapping[str, Whole], chosen: dict[str, Tensor]) -> None:
    by_file: dict[str, list[Read]] = defaultdict(list)
    for read in reads_of(wholes, chosen):
        by_file[read.file].append(read)
    for name, reads in by_file.items():
        with open(path / name, "rb", opener=files.open_plainly) as file:
            for read in sorted(reads, key=lambda read: read.piece.begin):
                read.fill(file)
