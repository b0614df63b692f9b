"""Lengths of time as people write them."""

from datetime import timedelta

import pytest

from lehr.training.wall_time import seconds_of


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (90, 90),
        (0.5, 0.5),
        ("90s", 90),
        ("45m", 2700),
        ("2h", 7200),
        ("1.5h", 5400),
        ("1h30m", 5400),
        ("1h 30m 5s", 5405),
        ("2d", 172800),
        ("1d2h3m4s", 93784),
        (timedelta(hours=1, milliseconds=500), 3600.5),
    ],
)
def test_numbers_deltas_and_text_are_seconds(value, seconds):
    assert seconds_of("limit", value) == seconds


@pytest.mark.parametrize("value", ["", "2", "2 hours", "h", "30m1h", "-2h", "1e3s"])
def test_other_text_is_refused(value):
    with pytest.raises(ValueError, match="limit must be a length of time such as 90s"):
        seconds_of("limit", value)


@pytest.mark.parametrize("value", [0, -1, "0s", timedelta(), float("nan")])
def test_no_time_is_refused(value):
    with pytest.raises(ValueError, match="limit must be > 0 and finite"):
        seconds_of("limit", value)


def test_what_is_no_time_is_a_type_error():
    with pytest.raises(TypeError, match="limit must be a number, got None"):
        seconds_of("limit", None)
