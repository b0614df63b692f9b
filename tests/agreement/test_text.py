"""What the dialects give can be written as text and as code, or says why it cannot."""

from importlib import import_module

import pytest

from agreement.test_agreement import LIBRARIES
from lehr.config import read_schedule, write_schedule
from lehr.exporting.errors import CannotExport
from lehr.exporting.functions import python_function
from lehr.schedules import Function, Noise, Schedule

NUMBER = 3


def holds(schedule, kind):
    """Tell whether a schedule is of a kind, or is made of one that is."""
    if isinstance(schedule, tuple):
        return any(holds(part, kind) for part in schedule)
    if not isinstance(schedule, Schedule):
        return False
    fields = [getattr(schedule, name) for name in schedule.__dataclass_fields__]
    return isinstance(schedule, kind) or holds(tuple(fields), kind)


def check(schedule, times):
    again = read_schedule(write_schedule(schedule))
    assert again == schedule
    if holds(schedule, Noise):
        with pytest.raises(CannotExport, match="Noise"):
            python_function(schedule)
        return
    space = {}
    exec("\n".join(python_function(schedule)), space)
    largest = max(abs(schedule(t)) for t in times)
    for t in times:
        assert again(t) == schedule(t)
        close = pytest.approx(schedule(t), rel=1e-9, abs=1e-12 * largest)
        assert space["schedule"](t) == close, t


@pytest.mark.parametrize("library", LIBRARIES)
def test_reads_back_and_runs_as_code(library):
    checked = 0
    for comparison in import_module(f"agreement.with_{library}").comparisons():
        for trial in comparison.trials(NUMBER):
            if not isinstance(trial.ours, Schedule):  # a curve on another clock
                continue
            checked += 1
            if holds(trial.ours, Function):
                with pytest.raises(ValueError, match=r"Python code|of your own"):
                    write_schedule(trial.ours)
                with pytest.raises(CannotExport, match="Function of your own"):
                    python_function(trial.ours)
            else:
                check(trial.ours, trial.times)
    assert checked
