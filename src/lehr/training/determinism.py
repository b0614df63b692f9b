"""The deterministic mode of torch: the same numbers from the same run, at a price."""

import contextlib
import os
from collections.abc import Iterator

import torch

WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


@contextlib.contextmanager
def deterministic(wanted: bool = True) -> Iterator[None]:
    """Let torch use only operations that give the same bits each time; then as before.

    An operation that has no such form raises `RuntimeError`, with its name. cuBLAS
    needs an environment variable before its first use, which is set here if it is not.

    Args:
        wanted: False leaves all as it is.

    Source: torch, Reproducibility, https://docs.pytorch.org/docs/stable/notes/
    randomness.html

    >>> with deterministic():
    ...     torch.are_deterministic_algorithms_enabled()
    True
    >>> torch.are_deterministic_algorithms_enabled()
    False
    """
    if not wanted:
        yield
        return
    before = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    os.environ.setdefault(WORKSPACE, ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warns)
        torch.backends.cudnn.benchmark = benchmark
