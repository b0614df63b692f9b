"""The function that is written for a schedule gives the schedule's values."""

import math

from hypothesis import given, settings
from strategies import schedules

from lehr.exporting.errors import CannotExport
from lehr.exporting.functions import python_function


@settings(max_examples=80)
@given(schedules)
def test_the_code_of_any_schedule_gives_its_values(schedule):
    try:
        lines = python_function(schedule)
    except CannotExport as refusal:
        assert "Noise" in str(refusal) or "table of" in str(refusal)
        return
    space = {}
    exec("\n".join(lines), space)
    end = schedule.steps if schedule.steps < math.inf else 300
    times = {0, 1, 2, 7, 50, 1_000, math.floor(end), math.ceil(end) + 1, int(2 * end)}
    times |= {int(k * end / 12) for k in range(12)}
    largest = max(abs(schedule(t)) for t in times)
    for t in times:
        assert math.isclose(
            space["schedule"](t), schedule(t), rel_tol=1e-9, abs_tol=1e-12 * largest
        ), (t, "\n".join(lines))
