"""Text as bytes, to train language models on: in three parts, read in windows."""

import platform
import sysconfig
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import torch
from torch import Tensor

from lehr._checks import count, fraction
from lehr.training.data.draws import Draws

_LEFT_OUT = {"__pycache__", "dist-packages", "idlelib", "site-packages", "test"}
_LEFT_OUT |= {"tests"}


@dataclass(frozen=True, eq=False)
class Text:
    """A text in three parts, one after the other, none of which overlaps another.

    Args:
        train: uint8 of shape (bytes,).
        validation: what follows it.
        test: the end.
        source: what the text is.
    """

    train: Tensor
    validation: Tensor
    test: Tensor
    source: str


def read_bytes(
    file: str | PathLike[str] | None = None,
    *,
    validation: float = 0.05,
    test: float = 0.05,
) -> Text:
    """Read a file as bytes; without one, the source of Python's standard library.

    A file is mapped into memory: only what is used of it is read, and workers share it.
    The standard library is all its modules but the tests, in the order of their names;
    it differs from one version of Python to another, so `source` names the version.

    Args:
        file: any file; text in UTF-8 is as good as any.
        validation: share of the bytes to choose by, in [0, 1].
        test: share of the bytes, at the end, to judge by, in [0, 1].

    Raises:
        OSError: the file cannot be read.
        ValueError: it is empty, or the shares leave nothing to train on.

    >>> text = read_bytes()
    >>> text.source.startswith("the standard library of CPython 3.")
    True
    >>> bytes(text.train[:3].tolist())  # __future__.py is the first
    b'\"\"\"'
    """
    kept = fraction("validation", validation), fraction("test", test)
    whole, source = _standard_library() if file is None else _mapped(Path(file))
    sizes = [round(len(whole) * share) for share in kept]
    first = len(whole) - sum(sizes)
    if first <= 0:
        raise ValueError(
            f"validation {validation} and test {test} leave nothing to train on of "
            f"{len(whole)} bytes; make them smaller"
        )
    second = first + sizes[0]
    return Text(whole[:first], whole[first:second], whole[second:], source)


def byte_windows(text: Tensor, context: int, *, stride: int | None = None) -> Tensor:
    """Return each window of `context` bytes and the one that follows, without a copy.

    Args:
        text: shape (bytes,).
        context: bytes that a model sees, >= 1.
        stride: bytes from one window's beginning to the next one's; None: `context`, so
            that each byte is predicted once.

    Returns:
        shape (windows, context + 1), a view of the text: for `Loader`, with the
        transform `next_byte`.

    Raises:
        ValueError: the text is shorter than a window.

    >>> byte_windows(torch.arange(7), context=3).tolist()
    [[0, 1, 2, 3], [3, 4, 5, 6]]
    """
    context = count("context", context, 1)
    stride = context if stride is None else count("stride", stride, 1)
    if len(text) <= context:
        raise ValueError(
            f"context must be < {len(text)}, the bytes of the text, got {context}"
        )
    return text.unfold(0, context + 1, stride)


def next_byte(batch: tuple[Tensor, ...], draws: Draws) -> tuple[Tensor, ...]:
    """Split windows into what a model sees, and the byte that follows at each place.

    Args:
        batch: windows of shape (batch, context + 1).
        draws: none are needed.

    Returns:
        two int64 tensors of shape (batch, context).
    """
    [windows] = batch
    windows = windows.long()
    return windows[:, :-1], windows[:, 1:]


def _mapped(file: Path) -> tuple[Tensor, str]:
    size = file.stat().st_size
    if not size:
        raise ValueError(f"the data set is empty: {file} holds no byte")
    if not file.is_file():
        raise ValueError(f"{file} is not a file")
    whole = torch.from_file(str(file), shared=False, size=size, dtype=torch.uint8)
    return whole, str(file)


def _standard_library() -> tuple[Tensor, str]:
    root = Path(sysconfig.get_path("stdlib"))
    files = (file.relative_to(root) for file in root.rglob("*.py"))
    names = sorted(f.as_posix() for f in files if not _LEFT_OUT & set(f.parts))
    content = b"".join((root / name).read_bytes() for name in names)
    version = f"{platform.python_implementation()} {platform.python_version()}"
    whole = torch.frombuffer(bytearray(content), dtype=torch.uint8)
    return whole, f"the standard library of {version}, {len(names)} files"
