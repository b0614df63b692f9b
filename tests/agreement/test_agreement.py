"""Every dialect against the library itself, or against figures recorded from it."""

from importlib import import_module
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIBRARIES = sorted(file.stem.removeprefix("with_") for file in HERE.glob("with_*.py"))


@pytest.mark.parametrize("library", LIBRARIES)
def test_gives_the_librarys_own_curve(library):
    peer = import_module(f"agreement.with_{library}")
    for comparison in peer.comparisons():
        tried = 0
        for trial in comparison.trials(peer.NUMBER):
            tried += 1
            difference = trial.difference()
            assert difference <= comparison.tolerance, (comparison, trial.arguments)
        assert tried, comparison
