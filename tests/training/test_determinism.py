"""The deterministic mode is left as it was found, whatever happens inside."""

import contextlib

import pytest
import torch

from lehr.training.determinism import deterministic


def mode():
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
    )


@pytest.mark.parametrize("before", [(True, True), (True, False), (False, False)])
@pytest.mark.parametrize("benchmark", [True, False])
@pytest.mark.parametrize("error", [None, RuntimeError])
def test_all_is_as_before_afterwards(before, benchmark, error):
    found = mode()
    try:
        enabled, only_warns = before
        torch.use_deterministic_algorithms(enabled, warn_only=only_warns)
        torch.backends.cudnn.benchmark = benchmark
        with contextlib.suppress(RuntimeError), deterministic():
            assert mode() == (True, False, False)
            with deterministic(False), deterministic():
                assert mode() == (True, False, False)
            assert mode() == (True, False, False)
            if error is not None:
                raise error
        assert mode() == (*before, benchmark)
    finally:
        torch.use_deterministic_algorithms(found[0], warn_only=found[1])
        torch.backends.cudnn.benchmark = found[2]
