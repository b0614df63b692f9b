"""Weights into a model: all of them, or some, or under other names, with a report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from lehr.training.checkpoint import tensors
from lehr.training.renaming import renamed
from lehr.training.weights import read_weights


@dataclass(frozen=True)
class LoadReport:
    """What became of each tensor of a file, and of each of a model.

    Attributes:
        loaded: names in the model that got a value.
        missing: names in the model that the file has no value for.
        unexpected: names in the file, after renaming, that the model has no place for.
        mismatched: name -> shapes in the file and in the model, which differ.
        renamed: name in the file -> name in the model, where a rule changed it.
        skipped: names that `include` and `exclude` leave out, of either.
        converted: name -> types in the file and in the model, where they differ.
    """

    loaded: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    mismatched: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = field(
        default_factory=dict
    )
    renamed: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    converted: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing, unexpected or of another shape."""
        return not (self.missing or self.unexpected or self.mismatched)

    def __str__(self) -> str:
        """Return a line that counts, then a line for each name that was not as usual.

        >>> print(LoadReport(("a",), missing=("b",), mismatched={"c": ((1, 2), (3,))}))
        loaded 1, missing 1, size mismatch 1
          missing: b
          size mismatch: c is (1, 2) in the file, (3,) in the model
        """
        pairs = [f"{old} -> {new}" for old, new in self.renamed.items()]
        shapes = [_difference(name, *two) for name, two in self.mismatched.items()]
        types = [_difference(name, *two) for name, two in self.converted.items()]
        kinds = (
            ("missing", self.missing),
            ("unexpected", self.unexpected),
            ("size mismatch", shapes),
            ("renamed", pairs),
            ("converted", types),
            ("skipped", self.skipped),
        )
        counts = [f"{kind} {len(lines)}" for kind, lines in kinds if lines]
        head = ", ".join([f"loaded {len(self.loaded)}", *counts])
        return "\n".join(
            [head, *(f"  {kind}: {line}" for kind, lines in kinds for line in lines)]
        )


def load_weights(
    model: nn.Module,
    path: str | Path,
    *,
    rename: Mapping[str, str] | None = None,
    include: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] = (),
    strict: bool = True,
) -> LoadReport:
    """Give a model the weights in a file or a checkpoint; tell what became of each.

    Args:
        model: whose parameters and buffers are set.
        path: a file of `save_weights`, any safetensors file, or a checkpoint's folder,
            which is verified.
        rename: name in the file -> name in the model. A `*` stands for anything, also
            with dots, and goes where the `*` of the new name is:
            `{"backbone.*": "encoder.*"}`. The first rule that fits a name is used; one
            that fits none is refused.
        include: patterns of names in the model (after renaming), such as `"encoder.*"`;
            the rest of the model stays as it is. None is all.
        exclude: patterns likewise, of what stays as it is.
        strict: refuse what is missing, unexpected or of another shape; the model then
            stays as it was. False loads what fits.

    Raises:
        ValueError: the file is no safetensors file; a pattern fits nothing; two names
            become one.
        RuntimeError: the weights are not those of the model, and `strict`.
        CheckpointCorruptError, CheckpointNotFoundError: as `read_checkpoint`.
        OSError: it cannot be read.
        ValueError: it is the folder of a run, or a file of another format.

    >>> import tempfile
    >>> from lehr.training import save_weights
    >>> old = nn.ModuleDict({"body": nn.Linear(4, 3), "head": nn.Linear(3, 2)})
    >>> new = nn.ModuleDict({"trunk": nn.Linear(4, 3), "head": nn.Linear(3, 5)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_weights(old, Path(folder, "old.safetensors"))
    ...     report = load_weights(new, path, rename={"body.*": "trunk.*"}, strict=False)
    >>> print(report)
    loaded 2, size mismatch 2, renamed 2
      size mismatch: head.bias is (2,) in the file, (5,) in the model
      size mismatch: head.weight is (2, 3) in the file, (5, 3) in the model
      renamed: body.bias -> trunk.bias
      renamed: body.weight -> trunk.weight
    """
    found, pairs = renamed(_read(Path(path)), rename or {})
    own = model.state_dict()
    wanted = _chosen([*found, *own], include, exclude)
    fitting, report = _compare(found, own, wanted, pairs)
    if strict and not report.is_complete:
        raise RuntimeError(
            f"{path} does not hold the weights of this model; pass strict=False to "
            f"load what fits, or say what to rename or exclude:\n{report}"
        )
    model.load_state_dict(fitting, strict=False)
    return report


def _read(path: Path) -> dict[str, Any]:
    """Return what a file or a checkpoint has for a model."""
    if (path / "checkpoints").is_dir():
        raise ValueError(
            f"{path} is the folder of a run; name one of its checkpoints, such as the "
            f"newest of {path / 'checkpoints'}, or result.checkpoint"
        )
    if path.is_dir():
        return read_weights(path)
    try:
        return dict(tensors.tensors_from(path.read_bytes()))
    except ValueError as error:
        raise ValueError(f"{path} is {error}") from None


def _chosen(
    names: Iterable[str],
    include: str | Iterable[str] | None,
    exclude: str | Iterable[str],
) -> set[str]:
    """Return the names that `include` has and `exclude` has not."""
    included, excluded = (
        _patterns("*" if include is None else include),
        _patterns(exclude),
    )
    known = sorted(set(names))
    for argument, patterns in (("include", included), ("exclude", excluded)):
        for pattern in patterns:
            used = argument == "include" and include is None
            if not used and not any(fnmatchcase(name, pattern) for name in known):
                raise ValueError(
                    f"{argument} {pattern!r} fits no name in the file or the model"
                )
    return {
        name
        for name in known
        if any(fnmatchcase(name, pattern) for pattern in included)
        and not any(fnmatchcase(name, pattern) for pattern in excluded)
    }


def _patterns(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _compare(
    found: Mapping[str, Any],
    own: Mapping[str, Any],
    wanted: set[str],
    pairs: Mapping[str, str],
) -> tuple[dict[str, Any], LoadReport]:
    """Return what fits the model, and the report."""
    fitting, mismatched, converted = {}, {}, {}
    for name in sorted(found.keys() & own.keys() & wanted):
        new, old = found[name], own[name]
        both = isinstance(new, Tensor) and isinstance(old, Tensor) and not is_lazy(old)
        if both and new.shape != old.shape:
            mismatched[name] = tuple(new.shape), tuple(old.shape)
            continue
        if both and new.dtype != old.dtype:
            converted[name] = str(new.dtype), str(old.dtype)
        fitting[name] = new
    report = LoadReport(
        loaded=tuple(fitting),
        missing=tuple(sorted((own.keys() - found.keys()) & wanted)),
        unexpected=tuple(sorted((found.keys() - own.keys()) & wanted)),
        mismatched=mismatched,
        renamed=dict(sorted(pairs.items())),
        skipped=tuple(sorted((found.keys() | own.keys()) - wanted)),
        converted=converted,
    )
    return fitting, report


def _difference(name: str, new: object, old: object) -> str:
    return f"{name} is {new} in the file, {old} in the model"
